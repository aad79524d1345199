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
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ReplicationControllerSpec>(() => ReplicationControllerSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ReplicationControllerStatus>(() => ReplicationControllerStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({
    defaults: replicationControllerDefaults,
    doc: "Keeps a number of pods alive; old, use deployments.",
  }),
);
export interface ReplicationController extends Infer<typeof ReplicationController> {}

export const ReplicationControllerStatus = struct(
  "core/v1.ReplicationControllerStatus",
  {
    replicas: req(1, int32, "Pods that exist."),
    fullyLabeledReplicas: opt(2, int32, "Pods with all labels of the template."),
    readyReplicas: opt(4, int32, "Pods that are ready."),
    availableReplicas: opt(5, int32, "Pods that have been ready for long enough."),
    observedGeneration: opt(3, int64, "Generation of the object that this was seen with."),
    conditions: opt(
      6,
      list(
        ref<ReplicationControllerCondition>(() => ReplicationControllerCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a replication controller." },
);
export interface ReplicationControllerStatus extends Infer<typeof ReplicationControllerStatus> {}

export const ReplicationControllerCondition = struct(
  "core/v1.ReplicationControllerCondition",
  {
    type: req(1, string, "What it is about.", { known: ["ReplicaFailure"] }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a replication controller." },
);
export interface ReplicationControllerCondition extends Infer<typeof ReplicationControllerCondition> {}

export const ReplicationControllerSpec = struct(
  "core/v1.ReplicationControllerSpec",
  {
    replicas: opt(1, int32, "How many.", { keepZero: true, default: 1, minimum: 0 }),
    minReadySeconds: opt(4, int32, "How long a pod must be ready to count as available.", { minimum: 0 }),
    selector: opt(2, map(string, "atomic"), "Labels of its pods; the template's by default."),
    template: opt(
      3,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "What its pods look like.",
    ),
  },
  { doc: "Which pods, and how many." },
);
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
