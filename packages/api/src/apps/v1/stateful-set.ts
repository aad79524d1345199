import {
  type Infer,
  int32,
  int64,
  intOrString,
  list,
  oneOf,
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
import { PersistentVolumeClaim } from "../../core/v1/persistent-volume-claim.ts";
import { PodTemplateSpec } from "../../core/v1/pod-template.ts";
import { statefulSetSpecDefaults } from "./stateful-set-defaults.ts";
import { statefulSetColumns } from "./workload-tables.ts";

export const StatefulSet = struct("apps/v1.StatefulSet", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<StatefulSetSpec>(() => StatefulSetSpec),
    "",
  ),
  status: opt(
    3,
    ref<StatefulSetStatus>(() => StatefulSetStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface StatefulSet extends Infer<typeof StatefulSet> {}

export const StatefulSetStatus = struct("apps/v1.StatefulSetStatus", {
  observedGeneration: opt(1, int64, ""),
  replicas: req(2, int32, ""),
  readyReplicas: opt(3, int32, ""),
  currentReplicas: opt(4, int32, ""),
  updatedReplicas: opt(5, int32, ""),
  currentRevision: opt(6, string, ""),
  updateRevision: opt(7, string, ""),
  collisionCount: opt(9, int32, "", { keepZero: true }),
  conditions: opt(
    10,
    list(
      ref<StatefulSetCondition>(() => StatefulSetCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
  availableReplicas: opt(11, int32, "", { emitEmpty: true }),
});
export interface StatefulSetStatus extends Infer<typeof StatefulSetStatus> {}

export const StatefulSetCondition = struct("apps/v1.StatefulSetCondition", {
  type: req(1, string, ""),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface StatefulSetCondition extends Infer<typeof StatefulSetCondition> {}

export const StatefulSetSpec = struct(
  "apps/v1.StatefulSetSpec",
  {
    replicas: opt(1, int32, "", { keepZero: true, default: 1 }),
    selector: req(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    template: req(
      3,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "",
    ),
    volumeClaimTemplates: opt(4, list(ref<PersistentVolumeClaim>(() => PersistentVolumeClaim)), ""),
    serviceName: opt(5, string, "", { emitEmpty: true }),
    podManagementPolicy: opt(6, oneOf("OrderedReady", "Parallel"), "", { default: "OrderedReady" }),
    updateStrategy: opt(
      7,
      ref<StatefulSetUpdateStrategy>(() => StatefulSetUpdateStrategy),
      "",
      { emitEmpty: true },
    ),
    revisionHistoryLimit: opt(8, int32, "", { keepZero: true, default: 10 }),
    minReadySeconds: opt(9, int32, ""),
    persistentVolumeClaimRetentionPolicy: opt(
      10,
      ref<StatefulSetPersistentVolumeClaimRetentionPolicy>(() => StatefulSetPersistentVolumeClaimRetentionPolicy),
      "",
    ),
    ordinals: opt(
      11,
      ref<StatefulSetOrdinals>(() => StatefulSetOrdinals),
      "",
    ),
  },
  (): AnyStructOptions => ({ defaults: statefulSetSpecDefaults }),
);
export interface StatefulSetSpec extends Infer<typeof StatefulSetSpec> {}

export const StatefulSetOrdinals = struct("apps/v1.StatefulSetOrdinals", {
  start: opt(1, int32, "", { emitEmpty: true }),
});
export interface StatefulSetOrdinals extends Infer<typeof StatefulSetOrdinals> {}

export const StatefulSetPersistentVolumeClaimRetentionPolicy = struct(
  "apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
  {
    whenDeleted: opt(1, string, "", { default: "Retain", known: ["Retain", "Delete"] }),
    whenScaled: opt(2, string, "", { default: "Retain", known: ["Retain", "Delete"] }),
  },
);
export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends Infer<typeof StatefulSetPersistentVolumeClaimRetentionPolicy> {}

export const StatefulSetUpdateStrategy = struct("apps/v1.StatefulSetUpdateStrategy", {
  type: opt(1, oneOf("OnDelete", "RollingUpdate"), "", { default: "RollingUpdate" }),
  rollingUpdate: opt(
    2,
    ref<RollingUpdateStatefulSetStrategy>(() => RollingUpdateStatefulSetStrategy),
    "",
  ),
});
export interface StatefulSetUpdateStrategy extends Infer<typeof StatefulSetUpdateStrategy> {}

export const RollingUpdateStatefulSetStrategy = struct("apps/v1.RollingUpdateStatefulSetStrategy", {
  partition: opt(1, int32, "", { keepZero: true }),
  maxUnavailable: opt(2, intOrString, "", { keepZero: true, gate: "MaxUnavailableStatefulSet" }),
});
export interface RollingUpdateStatefulSetStrategy extends Infer<typeof RollingUpdateStatefulSetStrategy> {}

export const statefulSets = resource<StatefulSet>({
  group: "apps",
  version: "v1",
  kind: "StatefulSet",
  plural: "statefulsets",
  shortNames: ["sts"],
  categories: ["all"],
  schema: StatefulSet,
  scale: { spec: "spec.replicas", status: "status.replicas", selector: "status.selector" },
  storage: "statefulsets",
  storageVersionHash: "H+vl74LkKdo=",
  columns: statefulSetColumns,
});
