import {
  type Infer,
  int32,
  int64,
  list,
  map,
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
import { PodTemplateSpec } from "./pod-template.ts";
import {
  replicationControllerColumns,
  replicationControllerDefaults,
  replicationControllerFields,
  replicationControllerStrategy,
} from "./replication-controller-strategy.ts";

export const ReplicationController = struct(
  "core/v1.ReplicationController",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "",
    ),
    spec: req(
      2,
      ref<ReplicationControllerSpec>(() => ReplicationControllerSpec),
      "",
    ),
    status: opt(
      3,
      ref<ReplicationControllerStatus>(() => ReplicationControllerStatus),
      "",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: replicationControllerDefaults }),
);
export interface ReplicationController extends Infer<typeof ReplicationController> {}

export const ReplicationControllerStatus = struct("core/v1.ReplicationControllerStatus", {
  replicas: req(1, int32, ""),
  fullyLabeledReplicas: opt(2, int32, ""),
  readyReplicas: opt(4, int32, ""),
  availableReplicas: opt(5, int32, ""),
  observedGeneration: opt(3, int64, ""),
  conditions: opt(
    6,
    list(
      ref<ReplicationControllerCondition>(() => ReplicationControllerCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface ReplicationControllerStatus extends Infer<typeof ReplicationControllerStatus> {}

export const ReplicationControllerCondition = struct("core/v1.ReplicationControllerCondition", {
  type: req(1, string, "", { known: ["ReplicaFailure"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface ReplicationControllerCondition extends Infer<typeof ReplicationControllerCondition> {}

export const ReplicationControllerSpec = struct("core/v1.ReplicationControllerSpec", {
  replicas: opt(1, int32, "", { keepZero: true, default: 1, minimum: 0 }),
  minReadySeconds: opt(4, int32, "", { minimum: 0 }),
  selector: opt(2, map(string, "atomic"), ""),
  template: opt(
    3,
    ref<PodTemplateSpec>(() => PodTemplateSpec),
    "",
  ),
});
export interface ReplicationControllerSpec extends Infer<typeof ReplicationControllerSpec> {}

export const replicationControllers = resource<ReplicationController>({
  group: "",
  version: "v1",
  kind: "ReplicationController",
  plural: "replicationcontrollers",
  shortNames: ["rc"],
  categories: ["all"],
  schema: ReplicationController,
  scale: { spec: "spec.replicas", status: "status.replicas", selector: "status.selector" },
  storage: "controllers",
  storageVersionHash: "Jond2If31h0=",
  columns: replicationControllerColumns,
  strategy: replicationControllerStrategy,
  selectableFields: replicationControllerFields,
});
