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

export const Deployment = struct("apps/v1.Deployment", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<DeploymentSpec>(() => DeploymentSpec),
    "",
  ),
  status: opt(
    3,
    ref<DeploymentStatus>(() => DeploymentStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface Deployment extends Infer<typeof Deployment> {}

export const DeploymentStatus = struct("apps/v1.DeploymentStatus", {
  observedGeneration: opt(1, int64, ""),
  replicas: opt(2, int32, ""),
  updatedReplicas: opt(3, int32, ""),
  readyReplicas: opt(7, int32, ""),
  availableReplicas: opt(4, int32, ""),
  unavailableReplicas: opt(5, int32, ""),
  terminatingReplicas: opt(9, int32, "", { keepZero: true }),
  conditions: opt(
    6,
    list(
      ref<DeploymentCondition>(() => DeploymentCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
  collisionCount: opt(8, int32, "", { keepZero: true }),
});
export interface DeploymentStatus extends Infer<typeof DeploymentStatus> {}

export const DeploymentCondition = struct("apps/v1.DeploymentCondition", {
  type: req(1, string, "", { known: ["Available", "Progressing", "ReplicaFailure"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastUpdateTime: opt(6, time, "", { emitEmpty: true }),
  lastTransitionTime: opt(7, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface DeploymentCondition extends Infer<typeof DeploymentCondition> {}

export const DeploymentSpec = struct(
  "apps/v1.DeploymentSpec",
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
    strategy: opt(
      4,
      ref<DeploymentStrategy>(() => DeploymentStrategy),
      "",
      { emitEmpty: true, patch: "retainKeys" },
    ),
    minReadySeconds: opt(5, int32, ""),
    revisionHistoryLimit: opt(6, int32, "", { keepZero: true, default: 10 }),
    paused: opt(7, bool, ""),
    progressDeadlineSeconds: opt(9, int32, "", { keepZero: true, default: 600 }),
  },
  (): AnyStructOptions => ({ defaults: deploymentSpecDefaults, rules: [deploymentSpecRules] }),
);
export interface DeploymentSpec extends Infer<typeof DeploymentSpec> {}

export const DeploymentStrategy = struct("apps/v1.DeploymentStrategy", {
  type: opt(1, oneOf("Recreate", "RollingUpdate"), "", { default: "RollingUpdate" }),
  rollingUpdate: opt(
    2,
    ref<RollingUpdateDeployment>(() => RollingUpdateDeployment),
    "",
  ),
});
export interface DeploymentStrategy extends Infer<typeof DeploymentStrategy> {}

export const RollingUpdateDeployment = struct("apps/v1.RollingUpdateDeployment", {
  maxUnavailable: opt(1, intOrString, "", { keepZero: true }),
  maxSurge: opt(2, intOrString, "", { keepZero: true }),
});
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
