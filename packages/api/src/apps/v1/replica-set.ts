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

export const ReplicaSet = struct("apps/v1.ReplicaSet", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<ReplicaSetSpec>(() => ReplicaSetSpec),
    "",
  ),
  status: opt(
    3,
    ref<ReplicaSetStatus>(() => ReplicaSetStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface ReplicaSet extends Infer<typeof ReplicaSet> {}

export const ReplicaSetStatus = struct("apps/v1.ReplicaSetStatus", {
  replicas: req(1, int32, ""),
  fullyLabeledReplicas: opt(2, int32, ""),
  readyReplicas: opt(4, int32, ""),
  availableReplicas: opt(5, int32, ""),
  terminatingReplicas: opt(7, int32, "", { keepZero: true }),
  observedGeneration: opt(3, int64, ""),
  conditions: opt(
    6,
    list(
      ref<ReplicaSetCondition>(() => ReplicaSetCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface ReplicaSetStatus extends Infer<typeof ReplicaSetStatus> {}

export const ReplicaSetCondition = struct("apps/v1.ReplicaSetCondition", {
  type: req(1, string, "", { known: ["ReplicaFailure"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface ReplicaSetCondition extends Infer<typeof ReplicaSetCondition> {}

export const ReplicaSetSpec = struct(
  "apps/v1.ReplicaSetSpec",
  {
    replicas: opt(1, int32, "", { keepZero: true, default: 1 }),
    minReadySeconds: opt(4, int32, ""),
    selector: req(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    template: opt(
      3,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ rules: [replicaSetSpecRules] }),
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
