import {
  type Infer,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { namespaceDefaults, namespaceFields, namespaceStrategy } from "./namespace-strategy.ts";
import { ageColumn, column, nameColumn } from "../../table.ts";

export const Namespace = struct(
  "core/v1.Namespace",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "",
    ),
    spec: req(
      2,
      ref<NamespaceSpec>(() => NamespaceSpec),
      "",
    ),
    status: opt(
      3,
      ref<NamespaceStatus>(() => NamespaceStatus),
      "",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: namespaceDefaults }),
);
export interface Namespace extends Infer<typeof Namespace> {}

export const NamespaceStatus = struct("core/v1.NamespaceStatus", {
  phase: opt(1, oneOf("Active", "Terminating"), "", { default: "Active" }),
  conditions: opt(
    2,
    list(
      ref<NamespaceCondition>(() => NamespaceCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface NamespaceStatus extends Infer<typeof NamespaceStatus> {}

export const NamespaceCondition = struct("core/v1.NamespaceCondition", {
  type: req(1, string, "", {
    known: [
      "NamespaceDeletionDiscoveryFailure",
      "NamespaceDeletionContentFailure",
      "NamespaceDeletionGroupVersionParsingFailure",
      "NamespaceContentRemaining",
      "NamespaceFinalizersRemaining",
    ],
  }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(4, time, "", { emitEmpty: true }),
  reason: opt(5, string, ""),
  message: opt(6, string, ""),
});
export interface NamespaceCondition extends Infer<typeof NamespaceCondition> {}

export const NamespaceSpec = struct("core/v1.NamespaceSpec", {
  finalizers: opt(1, list(string), "", { known: ["kubernetes"] }),
});
export interface NamespaceSpec extends Infer<typeof NamespaceSpec> {}

export const namespaces = resource<Namespace>({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  namespaced: false,
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  schema: Namespace,
  subresources: [{ name: "finalize", group: "", version: "v1", kind: "Namespace", verbs: ["update"] }],
  storageVersionHash: "Q3oi5N2YM8M=",
  nameFormat: "dns1123Label",
  generationFields: [],
  columns: [
    nameColumn,
    column("Status", "Active, or Terminating while it is being emptied.", (n) => n.status?.phase ?? ""),
    ageColumn,
  ],
  strategy: namespaceStrategy,
  selectableFields: namespaceFields,
});
