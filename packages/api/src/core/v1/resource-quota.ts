import {
  type Infer,
  list,
  map,
  oneOf,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { resourceQuotaColumns } from "./quota-tables.ts";
import { resourceQuotaErrors, resourceQuotaSpecRules } from "./quota-rules.ts";

export const ResourceQuota = struct(
  "core/v1.ResourceQuota",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ResourceQuotaSpec>(() => ResourceQuotaSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ResourceQuotaStatus>(() => ResourceQuotaStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "How much a namespace may use in all." },
);
export interface ResourceQuota extends Infer<typeof ResourceQuota> {}

export const ResourceQuotaStatus = struct(
  "core/v1.ResourceQuotaStatus",
  {
    hard: opt(1, map(quantity), "The bounds that are in force."),
    used: opt(2, map(quantity), "What is used of them."),
  },
  { doc: "What of a quota is used." },
);
export interface ResourceQuotaStatus extends Infer<typeof ResourceQuotaStatus> {}

export const ResourceQuotaSpec = struct(
  "core/v1.ResourceQuotaSpec",
  {
    hard: opt(1, map(quantity), "The bound of each resource."),
    scopes: opt(
      2,
      list(
        oneOf(
          "BestEffort",
          "CrossNamespacePodAffinity",
          "NotBestEffort",
          "NotTerminating",
          "PriorityClass",
          "Terminating",
          "VolumeAttributesClass",
        ),
      ),
      "Kinds of objects that count; all of them must fit.",
    ),
    scopeSelector: opt(
      3,
      ref<ScopeSelector>(() => ScopeSelector),
      "Kinds of objects that count, with operators.",
    ),
  },
  (): AnyStructOptions => ({ doc: "Bounds on what a namespace uses.", rules: [resourceQuotaSpecRules] }),
);
export interface ResourceQuotaSpec extends Infer<typeof ResourceQuotaSpec> {}

export const ScopeSelector = struct(
  "core/v1.ScopeSelector",
  {
    matchExpressions: opt(
      1,
      list(ref<ScopedResourceSelectorRequirement>(() => ScopedResourceSelectorRequirement)),
      "Requirements that must all hold.",
    ),
  },
  { atomic: true, doc: "A choice of objects by scope." },
);
export interface ScopeSelector extends Infer<typeof ScopeSelector> {}

export const ScopedResourceSelectorRequirement = struct(
  "core/v1.ScopedResourceSelectorRequirement",
  {
    scopeName: req(
      1,
      oneOf(
        "BestEffort",
        "CrossNamespacePodAffinity",
        "NotBestEffort",
        "NotTerminating",
        "PriorityClass",
        "Terminating",
        "VolumeAttributesClass",
      ),
      "The scope.",
    ),
    operator: req(2, oneOf("DoesNotExist", "Exists", "In", "NotIn"), "In, NotIn, Exists or DoesNotExist."),
    values: opt(3, list(string), "What is compared with."),
  },
  { doc: "A scope, an operator, and values." },
);
export interface ScopedResourceSelectorRequirement extends Infer<typeof ScopedResourceSelectorRequirement> {}

export const resourceQuotas = resource<ResourceQuota>({
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  shortNames: ["quota"],
  schema: ResourceQuota,
  storageVersionHash: "8uhSgffRX6w=",
  generationFields: [],
  columns: resourceQuotaColumns,
  strategy: { validate: resourceQuotaErrors, returnsDeleted: true },
});
