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
import { mountsClaimTemplate, statefulSetErrors, statefulSetSpecRules } from "./set-rules.ts";
import { templateWarnings } from "../../core/v1/pod-warnings.ts";

export const StatefulSet = struct(
  "apps/v1.StatefulSet",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<StatefulSetSpec>(() => StatefulSetSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<StatefulSetStatus>(() => StatefulSetStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Keeps pods with names and storage of their own alive." },
);
export interface StatefulSet extends Infer<typeof StatefulSet> {}

export const StatefulSetStatus = struct(
  "apps/v1.StatefulSetStatus",
  {
    observedGeneration: opt(1, int64, "Generation of the object that this was seen with."),
    replicas: req(2, int32, "Pods that exist."),
    readyReplicas: opt(3, int32, "Pods that are ready."),
    currentReplicas: opt(4, int32, "Pods of the current revision."),
    updatedReplicas: opt(5, int32, "Pods of the revision that is being rolled out."),
    currentRevision: opt(6, string, "Revision of the pods that are not yet replaced."),
    updateRevision: opt(7, string, "Revision that is being rolled out."),
    collisionCount: opt(9, int32, "How often a name for a past state was taken.", { keepZero: true }),
    conditions: opt(
      10,
      list(
        ref<StatefulSetCondition>(() => StatefulSetCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
    availableReplicas: opt(11, int32, "Pods that have been ready for long enough.", { emitEmpty: true }),
  },
  { doc: "State of a stateful set." },
);
export interface StatefulSetStatus extends Infer<typeof StatefulSetStatus> {}

export const StatefulSetCondition = struct(
  "apps/v1.StatefulSetCondition",
  {
    type: req(1, string, "What it is about."),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a stateful set." },
);
export interface StatefulSetCondition extends Infer<typeof StatefulSetCondition> {}

export const StatefulSetSpec = struct(
  "apps/v1.StatefulSetSpec",
  {
    replicas: opt(1, int32, "How many pods.", { keepZero: true, default: 1 }),
    selector: req(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Which pods belong to it; it must match the template's labels and stays.",
    ),
    template: req(
      3,
      ref<PodTemplateSpec>(() => PodTemplateSpec),
      "What the pods look like.",
    ),
    volumeClaimTemplates: opt(
      4,
      list(ref<PersistentVolumeClaim>(() => PersistentVolumeClaim)),
      "Claims that each pod gets, of which it keeps its own for good.",
    ),
    serviceName: opt(5, string, "Headless service that names the pods in DNS.", { emitEmpty: true }),
    podManagementPolicy: opt(
      6,
      oneOf("OrderedReady", "Parallel"),
      "Whether pods come and go one after another or all at once.",
      { default: "OrderedReady" },
    ),
    updateStrategy: opt(
      7,
      ref<StatefulSetUpdateStrategy>(() => StatefulSetUpdateStrategy),
      "How pods are replaced when the template changes.",
      { emitEmpty: true },
    ),
    revisionHistoryLimit: opt(8, int32, "How many past states are kept.", { keepZero: true, default: 10 }),
    minReadySeconds: opt(9, int32, "How long a pod must be ready to count as available."),
    persistentVolumeClaimRetentionPolicy: opt(
      10,
      ref<StatefulSetPersistentVolumeClaimRetentionPolicy>(() => StatefulSetPersistentVolumeClaimRetentionPolicy),
      "What becomes of claims that are no longer needed.",
    ),
    ordinals: opt(
      11,
      ref<StatefulSetOrdinals>(() => StatefulSetOrdinals),
      "How the pods are numbered.",
    ),
  },
  (): AnyStructOptions => ({
    defaults: statefulSetSpecDefaults,
    doc: "Which pods, how many, with which storage.",
    rules: [statefulSetSpecRules],
    excuses: mountsClaimTemplate,
  }),
);
export interface StatefulSetSpec extends Infer<typeof StatefulSetSpec> {}

export const StatefulSetOrdinals = struct(
  "apps/v1.StatefulSetOrdinals",
  {
    start: opt(1, int32, "Number of the first pod.", { emitEmpty: true }),
  },
  { doc: "How pods are numbered." },
);
export interface StatefulSetOrdinals extends Infer<typeof StatefulSetOrdinals> {}

export const StatefulSetPersistentVolumeClaimRetentionPolicy = struct(
  "apps/v1.StatefulSetPersistentVolumeClaimRetentionPolicy",
  {
    whenDeleted: opt(1, string, "When the stateful set goes: Retain or Delete.", {
      default: "Retain",
      known: ["Retain", "Delete"],
    }),
    whenScaled: opt(2, string, "When a pod goes as there are to be fewer: Retain or Delete.", {
      default: "Retain",
      known: ["Retain", "Delete"],
    }),
  },
  { doc: "What becomes of claims that are no longer needed." },
);
export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends Infer<typeof StatefulSetPersistentVolumeClaimRetentionPolicy> {}

export const StatefulSetUpdateStrategy = struct(
  "apps/v1.StatefulSetUpdateStrategy",
  {
    type: opt(1, oneOf("OnDelete", "RollingUpdate"), "RollingUpdate or OnDelete.", { default: "RollingUpdate" }),
    rollingUpdate: opt(
      2,
      ref<RollingUpdateStatefulSetStrategy>(() => RollingUpdateStatefulSetStrategy),
      "Pace of a rolling update.",
    ),
  },
  { doc: "How pods of a stateful set are replaced." },
);
export interface StatefulSetUpdateStrategy extends Infer<typeof StatefulSetUpdateStrategy> {}

export const RollingUpdateStatefulSetStrategy = struct(
  "apps/v1.RollingUpdateStatefulSetStrategy",
  {
    partition: opt(1, int32, "Pods with a lower number are left alone.", { keepZero: true }),
    maxUnavailable: opt(2, intOrString, "How many pods may be missing at once, as number or percentage.", {
      keepZero: true,
      gate: "MaxUnavailableStatefulSet",
    }),
  },
  { doc: "Pace of a rolling update." },
);
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
  strategy: {
    validate: statefulSetErrors,
    warnings: (next, old) => [
      ...templateWarnings(next.spec.template, old?.spec.template),
      ...((next.spec.revisionHistoryLimit ?? 0) < 0
        ? ["spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended"]
        : []),
    ],
  },
});
