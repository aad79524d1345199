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
import { daemonSetStrategy } from "./daemon-set-strategy.ts";
import { daemonSetSpecRules } from "./set-rules.ts";

export const DaemonSet = struct(
  "apps/v1.DaemonSet",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<DaemonSetSpec>(() => DaemonSetSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<DaemonSetStatus>(() => DaemonSetStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Runs a pod on every node, or on some." },
);
export interface DaemonSet extends Infer<typeof DaemonSet> {}

export const DaemonSetStatus = struct(
  "apps/v1.DaemonSetStatus",
  {
    currentNumberScheduled: req(1, int32, "Nodes that run the pod and should."),
    numberMisscheduled: req(2, int32, "Nodes that run the pod and should not."),
    desiredNumberScheduled: req(3, int32, "Nodes that should run the pod."),
    numberReady: req(4, int32, "Nodes on which the pod is ready."),
    observedGeneration: opt(5, int64, "Generation of the object that this was seen with."),
    updatedNumberScheduled: opt(6, int32, "Nodes that run the current template."),
    numberAvailable: opt(7, int32, "Nodes on which the pod has been ready for long enough."),
    numberUnavailable: opt(8, int32, "Nodes on which it should run and is not available."),
    collisionCount: opt(9, int32, "How often a name for a past state was taken.", { keepZero: true }),
    conditions: opt(
      10,
      list(
        ref<DaemonSetCondition>(() => DaemonSetCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a daemon set." },
);
export interface DaemonSetStatus extends Infer<typeof DaemonSetStatus> {}

export const DaemonSetCondition = struct(
  "apps/v1.DaemonSetCondition",
  {
    type: req(1, string, "What it is about."),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a daemon set." },
);
export interface DaemonSetCondition extends Infer<typeof DaemonSetCondition> {}

export const DaemonSetSpec = struct(
  "apps/v1.DaemonSetSpec",
  {
    selector: req(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "Which pods belong to it; it must match the template's labels and stays.",
    ),
    template: req(
      2,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "What the pods look like; its node selector chooses the nodes.",
    ),
    updateStrategy: opt(
      3,
      ref<DaemonSetUpdateStrategy>(() => DaemonSetUpdateStrategy),
      "How pods are replaced when the template changes.",
      { emitEmpty: true },
    ),
    minReadySeconds: opt(4, int32, "How long a pod must be ready to count as available."),
    revisionHistoryLimit: opt(6, int32, "How many past states are kept.", { keepZero: true, default: 10 }),
  },
  (): AnyStructOptions => ({
    defaults: daemonSetSpecDefaults,
    doc: "Which pod, and how it is replaced.",
    rules: [daemonSetSpecRules],
  }),
);
export interface DaemonSetSpec extends Infer<typeof DaemonSetSpec> {}

export const DaemonSetUpdateStrategy = struct(
  "apps/v1.DaemonSetUpdateStrategy",
  {
    type: opt(1, oneOf("OnDelete", "RollingUpdate"), "RollingUpdate or OnDelete.", { default: "RollingUpdate" }),
    rollingUpdate: opt(
      2,
      ref<RollingUpdateDaemonSet>(() => RollingUpdateDaemonSet),
      "Pace of a rolling update.",
    ),
  },
  { doc: "How pods of a daemon set are replaced." },
);
export interface DaemonSetUpdateStrategy extends Infer<typeof DaemonSetUpdateStrategy> {}

export const RollingUpdateDaemonSet = struct(
  "apps/v1.RollingUpdateDaemonSet",
  {
    maxUnavailable: opt(1, intOrString, "How many nodes may be without the pod at once, as number or percentage.", {
      keepZero: true,
    }),
    maxSurge: opt(2, intOrString, "How many nodes may have an old and a new pod at once, as number or percentage.", {
      keepZero: true,
    }),
  },
  { doc: "Pace of a rolling update." },
);
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
  strategy: daemonSetStrategy,
});
