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
import { PodTemplateSpec } from "../../core/v1/pod-template.ts";
import { daemonSetSpecDefaults } from "./daemon-set-defaults.ts";
import { daemonSetColumns } from "./workload-tables.ts";

export const DaemonSet = struct("apps/v1.DaemonSet", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<DaemonSetSpec>(() => DaemonSetSpec),
    "",
  ),
  status: opt(
    3,
    ref<DaemonSetStatus>(() => DaemonSetStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface DaemonSet extends Infer<typeof DaemonSet> {}

export const DaemonSetStatus = struct("apps/v1.DaemonSetStatus", {
  currentNumberScheduled: req(1, int32, ""),
  numberMisscheduled: req(2, int32, ""),
  desiredNumberScheduled: req(3, int32, ""),
  numberReady: req(4, int32, ""),
  observedGeneration: opt(5, int64, ""),
  updatedNumberScheduled: opt(6, int32, ""),
  numberAvailable: opt(7, int32, ""),
  numberUnavailable: opt(8, int32, ""),
  collisionCount: opt(9, int32, "", { keepZero: true }),
  conditions: opt(
    10,
    list(
      ref<DaemonSetCondition>(() => DaemonSetCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface DaemonSetStatus extends Infer<typeof DaemonSetStatus> {}

export const DaemonSetCondition = struct("apps/v1.DaemonSetCondition", {
  type: req(1, string, ""),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface DaemonSetCondition extends Infer<typeof DaemonSetCondition> {}

export const DaemonSetSpec = struct(
  "apps/v1.DaemonSetSpec",
  {
    selector: req(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    template: req(
      2,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "",
    ),
    updateStrategy: opt(
      3,
      ref<DaemonSetUpdateStrategy>(() => DaemonSetUpdateStrategy),
      "",
      { emitEmpty: true },
    ),
    minReadySeconds: opt(4, int32, ""),
    revisionHistoryLimit: opt(6, int32, "", { keepZero: true, default: 10 }),
  },
  (): AnyStructOptions => ({ defaults: daemonSetSpecDefaults }),
);
export interface DaemonSetSpec extends Infer<typeof DaemonSetSpec> {}

export const DaemonSetUpdateStrategy = struct("apps/v1.DaemonSetUpdateStrategy", {
  type: opt(1, oneOf("OnDelete", "RollingUpdate"), "", { default: "RollingUpdate" }),
  rollingUpdate: opt(
    2,
    ref<RollingUpdateDaemonSet>(() => RollingUpdateDaemonSet),
    "",
  ),
});
export interface DaemonSetUpdateStrategy extends Infer<typeof DaemonSetUpdateStrategy> {}

export const RollingUpdateDaemonSet = struct("apps/v1.RollingUpdateDaemonSet", {
  maxUnavailable: opt(1, intOrString, "", { keepZero: true }),
  maxSurge: opt(2, intOrString, "", { keepZero: true }),
});
export interface RollingUpdateDaemonSet extends Infer<typeof RollingUpdateDaemonSet> {}

export const daemonSets = resource<DaemonSet>({
  group: "apps",
  version: "v1",
  kind: "DaemonSet",
  plural: "daemonsets",
  shortNames: ["ds"],
  categories: ["all"],
  schema: DaemonSet,
  storage: "daemonsets",
  storageVersionHash: "dd7pWHUlMKQ=",
  columns: daemonSetColumns,
});
