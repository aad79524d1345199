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
import { autoscalerErrors, autoscalerSpecRules } from "./horizontal-pod-autoscaler-rules.ts";

export const HorizontalPodAutoscaler = struct(
  "autoscaling/v2.HorizontalPodAutoscaler",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<HorizontalPodAutoscalerSpec>(() => HorizontalPodAutoscalerSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<HorizontalPodAutoscalerStatus>(() => HorizontalPodAutoscalerStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Adds and removes pods as figures demand." },
);
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}

export const HorizontalPodAutoscalerStatus = struct(
  "autoscaling/v2.HorizontalPodAutoscalerStatus",
  {
    observedGeneration: opt(1, int64, "Generation of the object that this was seen with.", { keepZero: true }),
    lastScaleTime: opt(2, time, "When it last changed the number of pods.", { keepZero: true }),
    currentReplicas: opt(3, int32, "Pods that were there."),
    desiredReplicas: req(4, int32, "Pods that there should be."),
    currentMetrics: opt(5, list(ref<MetricStatus>(() => MetricStatus)), "The figures as last read.", {
      emitEmpty: true,
    }),
    conditions: opt(
      6,
      list(
        ref<HorizontalPodAutoscalerCondition>(() => HorizontalPodAutoscalerCondition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of an autoscaler." },
);
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscalerCondition = struct(
  "autoscaling/v2.HorizontalPodAutoscalerCondition",
  {
    type: req(1, string, "What it is about, such as ScalingActive.", {
      known: ["ScalingActive", "AbleToScale", "ScalingLimited", "ScaledToZero"],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on an autoscaler." },
);
export interface HorizontalPodAutoscalerCondition extends Infer<typeof HorizontalPodAutoscalerCondition> {}

export const MetricStatus = struct(
  "autoscaling/v2.MetricStatus",
  {
    type: req(1, string, "Which member is given.", {
      known: ["Object", "Pods", "Resource", "ContainerResource", "External"],
    }),
    object: opt(
      2,
      ref<ObjectMetricStatus>(() => ObjectMetricStatus),
      "A figure of one other object.",
    ),
    pods: opt(
      3,
      ref<PodsMetricStatus>(() => PodsMetricStatus),
      "A figure of each pod.",
    ),
    resource: opt(
      4,
      ref<ResourceMetricStatus>(() => ResourceMetricStatus),
      "Use of a resource by each pod.",
    ),
    containerResource: opt(
      7,
      ref<ContainerResourceMetricStatus>(() => ContainerResourceMetricStatus),
      "Use of a resource by one container of each pod.",
    ),
    external: opt(
      5,
      ref<ExternalMetricStatus>(() => ExternalMetricStatus),
      "A figure from outside the cluster.",
    ),
  },
  { doc: "A measured metric; the member of its type is given." },
);
export interface MetricStatus extends Infer<typeof MetricStatus> {}

export const ExternalMetricStatus = struct(
  "autoscaling/v2.ExternalMetricStatus",
  {
    metric: req(
      1,
      ref<MetricIdentifier>(() => MetricIdentifier),
      "The metric.",
    ),
    current: req(
      2,
      ref<MetricValueStatus>(() => MetricValueStatus),
      "The value.",
    ),
  },
  { doc: "A figure from outside the cluster, as measured." },
);
export interface ExternalMetricStatus extends Infer<typeof ExternalMetricStatus> {}

export const ContainerResourceMetricStatus = struct(
  "autoscaling/v2.ContainerResourceMetricStatus",
  {
    name: req(1, string, "The resource.", {
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
      "The value.",
    ),
    container: req(3, string, "Name of the container."),
  },
  { doc: "Use of a resource by one container of each pod, as measured." },
);
export interface ContainerResourceMetricStatus extends Infer<typeof ContainerResourceMetricStatus> {}

export const ResourceMetricStatus = struct(
  "autoscaling/v2.ResourceMetricStatus",
  {
    name: req(1, string, "The resource.", {
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
      "The value.",
    ),
  },
  { doc: "Use of a resource by each pod, as measured." },
);
export interface ResourceMetricStatus extends Infer<typeof ResourceMetricStatus> {}

export const PodsMetricStatus = struct(
  "autoscaling/v2.PodsMetricStatus",
  {
    metric: req(
      1,
      ref<MetricIdentifier>(() => MetricIdentifier),
      "The metric.",
    ),
    current: req(
      2,
      ref<MetricValueStatus>(() => MetricValueStatus),
      "The value.",
    ),
  },
  { doc: "A figure of each pod, as measured." },
);
export interface PodsMetricStatus extends Infer<typeof PodsMetricStatus> {}

export const ObjectMetricStatus = struct(
  "autoscaling/v2.ObjectMetricStatus",
  {
    metric: req(
      1,
      ref<MetricIdentifier>(() => MetricIdentifier),
      "The metric.",
    ),
    current: req(
      2,
      ref<MetricValueStatus>(() => MetricValueStatus),
      "The value.",
    ),
    describedObject: req(
      3,
      ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
      "The object.",
    ),
  },
  { doc: "A figure of one other object, as measured." },
);
export interface ObjectMetricStatus extends Infer<typeof ObjectMetricStatus> {}

export const MetricValueStatus = struct(
  "autoscaling/v2.MetricValueStatus",
  {
    value: opt(1, quantity, "The value.", { keepZero: true }),
    averageValue: opt(2, quantity, "The value per pod.", { keepZero: true }),
    averageUtilization: opt(3, int32, "Average as a percentage of the request.", { keepZero: true }),
  },
  { doc: "A measured value." },
);
export interface MetricValueStatus extends Infer<typeof MetricValueStatus> {}

export const HorizontalPodAutoscalerSpec = struct(
  "autoscaling/v2.HorizontalPodAutoscalerSpec",
  {
    scaleTargetRef: req(
      1,
      ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
      "Object that is scaled.",
    ),
    minReplicas: opt(2, int32, "Fewest pods.", { keepZero: true, default: 1 }),
    maxReplicas: req(3, int32, "Most pods.", { mayBeEmpty: true }),
    metrics: opt(4, list(ref<MetricSpec>(() => MetricSpec)), "Figures; the one that asks for most pods decides."),
    behavior: opt(
      5,
      ref<HorizontalPodAutoscalerBehavior>(() => HorizontalPodAutoscalerBehavior),
      "How fast the number changes.",
    ),
  },
  (): AnyStructOptions => ({
    defaults: autoscalerSpecDefaults,
    doc: "What is scaled, and by what.",
    rules: [autoscalerSpecRules],
  }),
);
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerBehavior = struct(
  "autoscaling/v2.HorizontalPodAutoscalerBehavior",
  {
    scaleUp: opt(
      1,
      ref<HPAScalingRules>(() => HPAScalingRules),
      "Upwards.",
    ),
    scaleDown: opt(
      2,
      ref<HPAScalingRules>(() => HPAScalingRules),
      "Downwards.",
    ),
  },
  (): AnyStructOptions => ({ defaults: autoscalerBehaviorDefaults, doc: "How fast the number of pods changes." }),
);
export interface HorizontalPodAutoscalerBehavior extends Infer<typeof HorizontalPodAutoscalerBehavior> {}

export const HPAScalingRules = struct(
  "autoscaling/v2.HPAScalingRules",
  {
    stabilizationWindowSeconds: opt(3, int32, "How far back wanted numbers are looked at.", { keepZero: true }),
    selectPolicy: opt(1, string, "Which policy decides: Max, Min or Disabled.", {
      keepZero: true,
      known: ["Max", "Min", "Disabled"],
    }),
    policies: opt(2, list(ref<HPAScalingPolicy>(() => HPAScalingPolicy)), "Steps that are allowed."),
    tolerance: opt(4, quantity, "Deviation that changes nothing.", {
      keepZero: true,
      gate: "HPAConfigurableTolerance",
    }),
  },
  { doc: "How fast the number changes in one direction." },
);
export interface HPAScalingRules extends Infer<typeof HPAScalingRules> {}

export const HPAScalingPolicy = struct(
  "autoscaling/v2.HPAScalingPolicy",
  {
    type: req(1, string, "Pods or Percent.", { known: ["Pods", "Percent"] }),
    value: req(2, int32, "How many."),
    periodSeconds: req(3, int32, "In how long."),
  },
  { doc: "A step that is allowed in some time." },
);
export interface HPAScalingPolicy extends Infer<typeof HPAScalingPolicy> {}

export const MetricSpec = struct(
  "autoscaling/v2.MetricSpec",
  {
    type: req(1, string, "Which member is given.", {
      known: ["Object", "Pods", "Resource", "ContainerResource", "External"],
    }),
    object: opt(
      2,
      ref<ObjectMetricSource>(() => ObjectMetricSource),
      "A figure of one other object.",
    ),
    pods: opt(
      3,
      ref<PodsMetricSource>(() => PodsMetricSource),
      "A figure of each pod.",
    ),
    resource: opt(
      4,
      ref<ResourceMetricSource>(() => ResourceMetricSource),
      "Use of a resource by each pod.",
    ),
    containerResource: opt(
      7,
      ref<ContainerResourceMetricSource>(() => ContainerResourceMetricSource),
      "Use of a resource by one container of each pod.",
    ),
    external: opt(
      5,
      ref<ExternalMetricSource>(() => ExternalMetricSource),
      "A figure from outside the cluster.",
    ),
  },
  { doc: "What the number of pods follows; the member of its type is given." },
);
export interface MetricSpec extends Infer<typeof MetricSpec> {}

export const ExternalMetricSource = struct(
  "autoscaling/v2.ExternalMetricSource",
  {
    metric: req(
      1,
      ref<MetricIdentifier>(() => MetricIdentifier),
      "The metric.",
    ),
    target: req(
      2,
      ref<MetricTarget>(() => MetricTarget),
      "Wanted value.",
    ),
  },
  { doc: "A figure from outside the cluster." },
);
export interface ExternalMetricSource extends Infer<typeof ExternalMetricSource> {}

export const ContainerResourceMetricSource = struct(
  "autoscaling/v2.ContainerResourceMetricSource",
  {
    name: req(1, string, "The resource.", {
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
      "Wanted value.",
    ),
    container: req(3, string, "Name of the container."),
  },
  { doc: "Use of a resource by one container of each pod." },
);
export interface ContainerResourceMetricSource extends Infer<typeof ContainerResourceMetricSource> {}

export const ResourceMetricSource = struct(
  "autoscaling/v2.ResourceMetricSource",
  {
    name: req(1, string, "The resource.", {
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
      "Wanted value.",
    ),
  },
  { doc: "Use of a resource by each pod." },
);
export interface ResourceMetricSource extends Infer<typeof ResourceMetricSource> {}

export const PodsMetricSource = struct(
  "autoscaling/v2.PodsMetricSource",
  {
    metric: req(
      1,
      ref<MetricIdentifier>(() => MetricIdentifier),
      "The metric.",
    ),
    target: req(
      2,
      ref<MetricTarget>(() => MetricTarget),
      "Wanted value.",
    ),
  },
  { doc: "A figure of each pod." },
);
export interface PodsMetricSource extends Infer<typeof PodsMetricSource> {}

export const ObjectMetricSource = struct(
  "autoscaling/v2.ObjectMetricSource",
  {
    describedObject: req(
      1,
      ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
      "The object.",
    ),
    target: req(
      2,
      ref<MetricTarget>(() => MetricTarget),
      "Wanted value.",
    ),
    metric: req(
      3,
      ref<MetricIdentifier>(() => MetricIdentifier),
      "The metric.",
    ),
  },
  { doc: "A figure of one other object." },
);
export interface ObjectMetricSource extends Infer<typeof ObjectMetricSource> {}

export const MetricIdentifier = struct(
  "autoscaling/v2.MetricIdentifier",
  {
    name: req(1, string, "Its name."),
    selector: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the series meant.",
    ),
  },
  { doc: "A metric." },
);
export interface MetricIdentifier extends Infer<typeof MetricIdentifier> {}

export const MetricTarget = struct(
  "autoscaling/v2.MetricTarget",
  {
    type: req(1, string, "Utilization, Value or AverageValue.", { known: ["Utilization", "Value", "AverageValue"] }),
    value: opt(2, quantity, "The value.", { keepZero: true }),
    averageValue: opt(3, quantity, "The value per pod.", { keepZero: true }),
    averageUtilization: opt(4, int32, "Average as a percentage of the request.", { keepZero: true }),
  },
  { doc: "A wanted value." },
);
export interface MetricTarget extends Infer<typeof MetricTarget> {}

export const CrossVersionObjectReference = struct(
  "autoscaling/v2.CrossVersionObjectReference",
  {
    kind: req(1, string, "Its kind."),
    name: req(2, string, "Its name."),
    apiVersion: opt(3, string, "Its API version."),
  },
  { doc: "An object in the same namespace, in any version." },
);
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
  strategy: { validate: autoscalerErrors },
});
