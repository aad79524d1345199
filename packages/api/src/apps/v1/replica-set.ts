import {
  type Infer,
  int32,
  int64,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  LabelSelector,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { PodTemplateSpec } from "../../core/v1/pod-template.ts";
import { replicaSetSpecRules } from "./workload-rules.ts";
import { replicaSetFields, replicaSetStrategy } from "./workload-strategies.ts";
import { replicaSetColumns } from "./workload-tables.ts";

export const ReplicaSet = struct(
  "apps/v1.ReplicaSet",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ReplicaSetSpec>(() => ReplicaSetSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ReplicaSetStatus>(() => ReplicaSetStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Keeps a number of pods alive; deployments make them." },
);
export interface ReplicaSet extends Infer<typeof ReplicaSet> {}

export const ReplicaSetStatus = struct(
  "apps/v1.ReplicaSetStatus",
  {
    replicas: req(1, int32, "Pods that exist."),
    fullyLabeledReplicas: opt(2, int32, "Pods with all labels of the template."),
    readyReplicas: opt(4, int32, "Pods that are ready."),
    availableReplicas: opt(5, int32, "Pods that have been ready for long enough."),
    terminatingReplicas: opt(7, int32, "Pods that are ending.", { keepZero: true }),
    observedGeneration: opt(3, int64, "Generation of the object that this was seen with."),
    conditions: opt(
      6,
      list(
        ref<ReplicaSetCondition>(() => ReplicaSetCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a replica set." },
);
export interface ReplicaSetStatus extends Infer<typeof ReplicaSetStatus> {}

export const ReplicaSetCondition = struct(
  "apps/v1.ReplicaSetCondition",
  {
    type: req(1, string, "What it is about.", { known: ["ReplicaFailure"] }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a replica set." },
);
export interface ReplicaSetCondition extends Infer<typeof ReplicaSetCondition> {}

export const ReplicaSetSpec = struct(
  "apps/v1.ReplicaSetSpec",
  {
    replicas: opt(1, int32, "How many pods.", { keepZero: true, default: 1 }),
    minReadySeconds: opt(4, int32, "How long a pod must be ready to count as available."),
    selector: req(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Which pods belong to it; it must match the template's labels and stays.",
    ),
    template: opt(
      3,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "What new pods look like.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ rules: [replicaSetSpecRules], doc: "Which pods, and how many." }),
);
export interface ReplicaSetSpec extends Infer<typeof ReplicaSetSpec> {}

export const replicaSets = resource<ReplicaSet>({
  group: "apps",
  version: "v1",
  kind: "ReplicaSet",
  plural: "replicasets",
  shortNames: ["rs"],
  categories: ["all"],
  schema: ReplicaSet,
  scale: { spec: "spec.replicas", status: "status.replicas", selector: "status.selector" },
  storage: "replicasets",
  storageVersionHash: "P1RzHs8/mWQ=",
  columns: replicaSetColumns,
  strategy: replicaSetStrategy,
  selectableFields: replicaSetFields,
});
