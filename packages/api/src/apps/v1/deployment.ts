import {
  type Infer,
  bool,
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
import { deploymentSpecDefaults } from "./deployment-defaults.ts";
import { deploymentSpecRules } from "./workload-rules.ts";
import { deploymentStrategy } from "./workload-strategies.ts";
import { deploymentColumns } from "./workload-tables.ts";

export const Deployment = struct(
  "apps/v1.Deployment",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<DeploymentSpec>(() => DeploymentSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<DeploymentStatus>(() => DeploymentStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Keeps a number of pods alive and replaces them step by step when they are to change." },
);
export interface Deployment extends Infer<typeof Deployment> {}

export const DeploymentStatus = struct(
  "apps/v1.DeploymentStatus",
  {
    observedGeneration: opt(1, int64, "Generation of the object that this was seen with."),
    replicas: opt(2, int32, "Pods that exist."),
    updatedReplicas: opt(3, int32, "Pods made from the current template."),
    readyReplicas: opt(7, int32, "Pods that are ready."),
    availableReplicas: opt(4, int32, "Pods that have been ready for long enough."),
    unavailableReplicas: opt(5, int32, "Pods that are still missing."),
    terminatingReplicas: opt(9, int32, "Pods that are ending.", { keepZero: true }),
    conditions: opt(
      6,
      list(
        ref<DeploymentCondition>(() => DeploymentCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
    collisionCount: opt(8, int32, "How often a name for a replica set was taken.", { keepZero: true }),
  },
  { doc: "State of a deployment." },
);
export interface DeploymentStatus extends Infer<typeof DeploymentStatus> {}

export const DeploymentCondition = struct(
  "apps/v1.DeploymentCondition",
  {
    type: req(1, string, "Available, Progressing or ReplicaFailure.", {
      known: ["Available", "Progressing", "ReplicaFailure"],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastUpdateTime: opt(6, time, "When this condition was last written.", { emitEmpty: true }),
    lastTransitionTime: opt(7, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on a deployment." },
);
export interface DeploymentCondition extends Infer<typeof DeploymentCondition> {}

export const DeploymentSpec = struct(
  "apps/v1.DeploymentSpec",
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
      "What the pods look like; a change begins a rollout.",
    ),
    strategy: opt(
      4,
      ref<DeploymentStrategy>(() => DeploymentStrategy),
      "How new pods replace old ones.",
      { emitEmpty: true, patch: "retainKeys" },
    ),
    minReadySeconds: opt(5, int32, "How long a pod must be ready to count as available."),
    revisionHistoryLimit: opt(6, int32, "How many old replica sets are kept for going back.", {
      keepZero: true,
      default: 10,
    }),
    paused: opt(7, bool, "Holds the rollout."),
    progressDeadlineSeconds: opt(9, int32, "After how long without progress a rollout counts as failed.", {
      keepZero: true,
      default: 600,
    }),
  },
  (): AnyStructOptions => ({
    defaults: deploymentSpecDefaults,
    rules: [deploymentSpecRules],
    doc: "Which pods, how many, and how they are replaced.",
  }),
);
export interface DeploymentSpec extends Infer<typeof DeploymentSpec> {}

export const DeploymentStrategy = struct(
  "apps/v1.DeploymentStrategy",
  {
    type: opt(1, oneOf("Recreate", "RollingUpdate"), "RollingUpdate, or Recreate to end all old pods first.", {
      default: "RollingUpdate",
    }),
    rollingUpdate: opt(
      2,
      ref<RollingUpdateDeployment>(() => RollingUpdateDeployment),
      "Pace of a rolling update.",
    ),
  },
  { doc: "How new pods replace old ones." },
);
export interface DeploymentStrategy extends Infer<typeof DeploymentStrategy> {}

export const RollingUpdateDeployment = struct(
  "apps/v1.RollingUpdateDeployment",
  {
    maxUnavailable: opt(
      1,
      intOrString,
      "How many pods may be missing at once, as number or percentage, rounded down.",
      { keepZero: true },
    ),
    maxSurge: opt(2, intOrString, "How many pods may be there in excess, as number or percentage, rounded up.", {
      keepZero: true,
    }),
  },
  { doc: "Pace of a rolling update." },
);
export interface RollingUpdateDeployment extends Infer<typeof RollingUpdateDeployment> {}

export const deployments = resource<Deployment>({
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  shortNames: ["deploy"],
  categories: ["all"],
  schema: Deployment,
  scale: { spec: "spec.replicas", status: "status.replicas", selector: "status.selector" },
  storage: "deployments",
  storageVersionHash: "8aSe+NMegvE=",
  columns: deploymentColumns,
  strategy: deploymentStrategy,
  generationFields: ["spec", "metadata.annotations"],
});
