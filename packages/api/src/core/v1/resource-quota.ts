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
} from "@skates/apimachinery";
import { resourceQuotaColumns } from "./quota-tables.ts";

export const ResourceQuota = struct("core/v1.ResourceQuota", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<ResourceQuotaSpec>(() => ResourceQuotaSpec),
    "",
  ),
  status: opt(
    3,
    ref<ResourceQuotaStatus>(() => ResourceQuotaStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface ResourceQuota extends Infer<typeof ResourceQuota> {}

export const ResourceQuotaStatus = struct("core/v1.ResourceQuotaStatus", {
  hard: opt(1, map(quantity), ""),
  used: opt(2, map(quantity), ""),
});
export interface ResourceQuotaStatus extends Infer<typeof ResourceQuotaStatus> {}

export const ResourceQuotaSpec = struct("core/v1.ResourceQuotaSpec", {
  hard: opt(1, map(quantity), ""),
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
    "",
  ),
  scopeSelector: opt(
    3,
    ref<ScopeSelector>(() => ScopeSelector),
    "",
  ),
});
export interface ResourceQuotaSpec extends Infer<typeof ResourceQuotaSpec> {}

export const ScopeSelector = struct(
  "core/v1.ScopeSelector",
  {
    matchExpressions: opt(1, list(ref<ScopedResourceSelectorRequirement>(() => ScopedResourceSelectorRequirement)), ""),
  },
  { atomic: true },
);
export interface ScopeSelector extends Infer<typeof ScopeSelector> {}

export const ScopedResourceSelectorRequirement = struct("core/v1.ScopedResourceSelectorRequirement", {
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
    "",
  ),
  operator: req(2, oneOf("DoesNotExist", "Exists", "In", "NotIn"), ""),
  values: opt(3, list(string), ""),
});
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
  strategy: { returnsDeleted: true },
});
