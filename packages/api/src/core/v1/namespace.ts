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
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<NamespaceSpec>(() => NamespaceSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<NamespaceStatus>(() => NamespaceStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: namespaceDefaults, doc: "A scope for the names of other objects." }),
);
export interface Namespace extends Infer<typeof Namespace> {}

export const NamespaceStatus = struct(
  "core/v1.NamespaceStatus",
  {
    phase: opt(1, oneOf("Active", "Terminating"), "Active, or Terminating while it is being emptied.", {
      default: "Active",
    }),
    conditions: opt(
      2,
      list(
        ref<NamespaceCondition>(() => NamespaceCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a namespace." },
);
export interface NamespaceStatus extends Infer<typeof NamespaceStatus> {}

export const NamespaceCondition = struct(
  "core/v1.NamespaceCondition",
  {
    type: req(1, string, "What is in the way.", {
      known: [
        "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionContentFailure",
        "NamespaceDeletionGroupVersionParsingFailure",
        "NamespaceContentRemaining",
        "NamespaceFinalizersRemaining",
      ],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(4, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(5, string, "One word in CamelCase on why, for programs."),
    message: opt(6, string, "A sentence on why, for people."),
  },
  { doc: "What stands in the way of a namespace's end." },
);
export interface NamespaceCondition extends Infer<typeof NamespaceCondition> {}

export const NamespaceSpec = struct(
  "core/v1.NamespaceSpec",
  {
    finalizers: opt(1, list(string), "Names that must all be removed before it goes.", { known: ["kubernetes"] }),
  },
  { doc: "What keeps a namespace in place." },
);
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
