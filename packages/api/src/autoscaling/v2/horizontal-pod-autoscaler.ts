import {
  type Infer,
  int32,
  int64,
  list,
  opt,
  quantity,
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
import { horizontalPodAutoscalerColumns } from "./horizontal-pod-autoscaler-table.ts";
import { autoscalerBehaviorDefaults, autoscalerSpecDefaults } from "./horizontal-pod-autoscaler-defaults.ts";

export const HorizontalPodAutoscaler = struct("autoscaling/v2.HorizontalPodAutoscaler", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<HorizontalPodAutoscalerSpec>(() => HorizontalPodAutoscalerSpec),
    "",
  ),
  status: opt(
    3,
    ref<HorizontalPodAutoscalerStatus>(() => HorizontalPodAutoscalerStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}

export const HorizontalPodAutoscalerStatus = struct("autoscaling/v2.HorizontalPodAutoscalerStatus", {
  observedGeneration: opt(1, int64, "", { keepZero: true }),
  lastScaleTime: opt(2, time, "", { keepZero: true }),
  currentReplicas: opt(3, int32, ""),
  desiredReplicas: req(4, int32, ""),
  currentMetrics: opt(5, list(ref<MetricStatus>(() => MetricStatus)), "", { emitEmpty: true }),
  conditions: opt(
    6,
    list(
      ref<HorizontalPodAutoscalerCondition>(() => HorizontalPodAutoscalerCondition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscalerCondition = struct("autoscaling/v2.HorizontalPodAutoscalerCondition", {
  type: req(1, string, "", { known: ["ScalingActive", "AbleToScale", "ScalingLimited", "ScaledToZero"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface HorizontalPodAutoscalerCondition extends Infer<typeof HorizontalPodAutoscalerCondition> {}

export const MetricStatus = struct("autoscaling/v2.MetricStatus", {
  type: req(1, string, "", { known: ["Object", "Pods", "Resource", "ContainerResource", "External"] }),
  object: opt(
    2,
    ref<ObjectMetricStatus>(() => ObjectMetricStatus),
    "",
  ),
  pods: opt(
    3,
    ref<PodsMetricStatus>(() => PodsMetricStatus),
    "",
  ),
  resource: opt(
    4,
    ref<ResourceMetricStatus>(() => ResourceMetricStatus),
    "",
  ),
  containerResource: opt(
    7,
    ref<ContainerResourceMetricStatus>(() => ContainerResourceMetricStatus),
    "",
  ),
  external: opt(
    5,
    ref<ExternalMetricStatus>(() => ExternalMetricStatus),
    "",
  ),
});
export interface MetricStatus extends Infer<typeof MetricStatus> {}

export const ExternalMetricStatus = struct("autoscaling/v2.ExternalMetricStatus", {
  metric: req(
    1,
    ref<MetricIdentifier>(() => MetricIdentifier),
    "",
  ),
  current: req(
    2,
    ref<MetricValueStatus>(() => MetricValueStatus),
    "",
  ),
});
export interface ExternalMetricStatus extends Infer<typeof ExternalMetricStatus> {}

export const ContainerResourceMetricStatus = struct("autoscaling/v2.ContainerResourceMetricStatus", {
  name: req(1, string, "", {
    known: [
      "cpu",
      "memory",
      "storage",
      "ephemeral-storage",
      "pods",
      "services",
      "replicationcontrollers",
      "resourcequotas",
      "secrets",
      "configmaps",
      "persistentvolumeclaims",
      "services.nodeports",
      "services.loadbalancers",
      "requests.cpu",
      "requests.memory",
      "requests.storage",
      "requests.ephemeral-storage",
      "limits.cpu",
      "limits.memory",
      "limits.ephemeral-storage",
    ],
  }),
  current: req(
    2,
    ref<MetricValueStatus>(() => MetricValueStatus),
    "",
  ),
  container: req(3, string, ""),
});
export interface ContainerResourceMetricStatus extends Infer<typeof ContainerResourceMetricStatus> {}

export const ResourceMetricStatus = struct("autoscaling/v2.ResourceMetricStatus", {
  name: req(1, string, "", {
    known: [
      "cpu",
      "memory",
      "storage",
      "ephemeral-storage",
      "pods",
      "services",
      "replicationcontrollers",
      "resourcequotas",
      "secrets",
      "configmaps",
      "persistentvolumeclaims",
      "services.nodeports",
      "services.loadbalancers",
      "requests.cpu",
      "requests.memory",
      "requests.storage",
      "requests.ephemeral-storage",
      "limits.cpu",
      "limits.memory",
      "limits.ephemeral-storage",
    ],
  }),
  current: req(
    2,
    ref<MetricValueStatus>(() => MetricValueStatus),
    "",
  ),
});
export interface ResourceMetricStatus extends Infer<typeof ResourceMetricStatus> {}

export const PodsMetricStatus = struct("autoscaling/v2.PodsMetricStatus", {
  metric: req(
    1,
    ref<MetricIdentifier>(() => MetricIdentifier),
    "",
  ),
  current: req(
    2,
    ref<MetricValueStatus>(() => MetricValueStatus),
    "",
  ),
});
export interface PodsMetricStatus extends Infer<typeof PodsMetricStatus> {}

export const ObjectMetricStatus = struct("autoscaling/v2.ObjectMetricStatus", {
  metric: req(
    1,
    ref<MetricIdentifier>(() => MetricIdentifier),
    "",
  ),
  current: req(
    2,
    ref<MetricValueStatus>(() => MetricValueStatus),
    "",
  ),
  describedObject: req(
    3,
    ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
    "",
  ),
});
export interface ObjectMetricStatus extends Infer<typeof ObjectMetricStatus> {}

export const MetricValueStatus = struct("autoscaling/v2.MetricValueStatus", {
  value: opt(1, quantity, "", { keepZero: true }),
  averageValue: opt(2, quantity, "", { keepZero: true }),
  averageUtilization: opt(3, int32, "", { keepZero: true }),
});
export interface MetricValueStatus extends Infer<typeof MetricValueStatus> {}

export const HorizontalPodAutoscalerSpec = struct(
  "autoscaling/v2.HorizontalPodAutoscalerSpec",
  {
    scaleTargetRef: req(
      1,
      ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
      "",
    ),
    minReplicas: opt(2, int32, "", { keepZero: true, default: 1 }),
    maxReplicas: req(3, int32, "", { minimum: 1 }),
    metrics: opt(4, list(ref<MetricSpec>(() => MetricSpec)), ""),
    behavior: opt(
      5,
      ref<HorizontalPodAutoscalerBehavior>(() => HorizontalPodAutoscalerBehavior),
      "",
    ),
  },
  (): AnyStructOptions => ({ defaults: autoscalerSpecDefaults }),
);
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerBehavior = struct(
  "autoscaling/v2.HorizontalPodAutoscalerBehavior",
  {
    scaleUp: opt(
      1,
      ref<HPAScalingRules>(() => HPAScalingRules),
      "",
    ),
    scaleDown: opt(
      2,
      ref<HPAScalingRules>(() => HPAScalingRules),
      "",
    ),
  },
  (): AnyStructOptions => ({ defaults: autoscalerBehaviorDefaults }),
);
export interface HorizontalPodAutoscalerBehavior extends Infer<typeof HorizontalPodAutoscalerBehavior> {}

export const HPAScalingRules = struct("autoscaling/v2.HPAScalingRules", {
  stabilizationWindowSeconds: opt(3, int32, "", { keepZero: true }),
  selectPolicy: opt(1, string, "", { keepZero: true, known: ["Max", "Min", "Disabled"] }),
  policies: opt(2, list(ref<HPAScalingPolicy>(() => HPAScalingPolicy)), ""),
  tolerance: opt(4, quantity, "", { keepZero: true, gate: "HPAConfigurableTolerance" }),
});
export interface HPAScalingRules extends Infer<typeof HPAScalingRules> {}

export const HPAScalingPolicy = struct("autoscaling/v2.HPAScalingPolicy", {
  type: req(1, string, "", { known: ["Pods", "Percent"] }),
  value: req(2, int32, ""),
  periodSeconds: req(3, int32, ""),
});
export interface HPAScalingPolicy extends Infer<typeof HPAScalingPolicy> {}

export const MetricSpec = struct("autoscaling/v2.MetricSpec", {
  type: req(1, string, "", { known: ["Object", "Pods", "Resource", "ContainerResource", "External"] }),
  object: opt(
    2,
    ref<ObjectMetricSource>(() => ObjectMetricSource),
    "",
  ),
  pods: opt(
    3,
    ref<PodsMetricSource>(() => PodsMetricSource),
    "",
  ),
  resource: opt(
    4,
    ref<ResourceMetricSource>(() => ResourceMetricSource),
    "",
  ),
  containerResource: opt(
    7,
    ref<ContainerResourceMetricSource>(() => ContainerResourceMetricSource),
    "",
  ),
  external: opt(
    5,
    ref<ExternalMetricSource>(() => ExternalMetricSource),
    "",
  ),
});
export interface MetricSpec extends Infer<typeof MetricSpec> {}

export const ExternalMetricSource = struct("autoscaling/v2.ExternalMetricSource", {
  metric: req(
    1,
    ref<MetricIdentifier>(() => MetricIdentifier),
    "",
  ),
  target: req(
    2,
    ref<MetricTarget>(() => MetricTarget),
    "",
  ),
});
export interface ExternalMetricSource extends Infer<typeof ExternalMetricSource> {}

export const ContainerResourceMetricSource = struct("autoscaling/v2.ContainerResourceMetricSource", {
  name: req(1, string, "", {
    known: [
      "cpu",
      "memory",
      "storage",
      "ephemeral-storage",
      "pods",
      "services",
      "replicationcontrollers",
      "resourcequotas",
      "secrets",
      "configmaps",
      "persistentvolumeclaims",
      "services.nodeports",
      "services.loadbalancers",
      "requests.cpu",
      "requests.memory",
      "requests.storage",
      "requests.ephemeral-storage",
      "limits.cpu",
      "limits.memory",
      "limits.ephemeral-storage",
    ],
  }),
  target: req(
    2,
    ref<MetricTarget>(() => MetricTarget),
    "",
  ),
  container: req(3, string, ""),
});
export interface ContainerResourceMetricSource extends Infer<typeof ContainerResourceMetricSource> {}

export const ResourceMetricSource = struct("autoscaling/v2.ResourceMetricSource", {
  name: req(1, string, "", {
    known: [
      "cpu",
      "memory",
      "storage",
      "ephemeral-storage",
      "pods",
      "services",
      "replicationcontrollers",
      "resourcequotas",
      "secrets",
      "configmaps",
      "persistentvolumeclaims",
      "services.nodeports",
      "services.loadbalancers",
      "requests.cpu",
      "requests.memory",
      "requests.storage",
      "requests.ephemeral-storage",
      "limits.cpu",
      "limits.memory",
      "limits.ephemeral-storage",
    ],
  }),
  target: req(
    2,
    ref<MetricTarget>(() => MetricTarget),
    "",
  ),
});
export interface ResourceMetricSource extends Infer<typeof ResourceMetricSource> {}

export const PodsMetricSource = struct("autoscaling/v2.PodsMetricSource", {
  metric: req(
    1,
    ref<MetricIdentifier>(() => MetricIdentifier),
    "",
  ),
  target: req(
    2,
    ref<MetricTarget>(() => MetricTarget),
    "",
  ),
});
export interface PodsMetricSource extends Infer<typeof PodsMetricSource> {}

export const ObjectMetricSource = struct("autoscaling/v2.ObjectMetricSource", {
  describedObject: req(
    1,
    ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
    "",
  ),
  target: req(
    2,
    ref<MetricTarget>(() => MetricTarget),
    "",
  ),
  metric: req(
    3,
    ref<MetricIdentifier>(() => MetricIdentifier),
    "",
  ),
});
export interface ObjectMetricSource extends Infer<typeof ObjectMetricSource> {}

export const MetricIdentifier = struct("autoscaling/v2.MetricIdentifier", {
  name: req(1, string, ""),
  selector: opt(
    2,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
});
export interface MetricIdentifier extends Infer<typeof MetricIdentifier> {}

export const MetricTarget = struct("autoscaling/v2.MetricTarget", {
  type: req(1, string, "", { known: ["Utilization", "Value", "AverageValue"] }),
  value: opt(2, quantity, "", { keepZero: true }),
  averageValue: opt(3, quantity, "", { keepZero: true }),
  averageUtilization: opt(4, int32, "", { keepZero: true }),
});
export interface MetricTarget extends Infer<typeof MetricTarget> {}

export const CrossVersionObjectReference = struct("autoscaling/v2.CrossVersionObjectReference", {
  kind: req(1, string, ""),
  name: req(2, string, ""),
  apiVersion: opt(3, string, ""),
});
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}

export const horizontalPodAutoscalers = resource<HorizontalPodAutoscaler>({
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  shortNames: ["hpa"],
  categories: ["all"],
  schema: HorizontalPodAutoscaler,
  storage: "horizontalpodautoscalers",
  storageVersionHash: "qwQve8ut294=",
  generationFields: [],
  columns: horizontalPodAutoscalerColumns,
});
