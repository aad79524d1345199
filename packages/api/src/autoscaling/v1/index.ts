/** Types of autoscaling/v1. */
export { CrossVersionObjectReference } from "./cross-version-object-reference.ts";
export { ContainerResourceMetricSource } from "./container-resource-metric-source.ts";
export { ContainerResourceMetricStatus } from "./container-resource-metric-status.ts";
export { ExternalMetricSource } from "./external-metric-source.ts";
export { ExternalMetricStatus } from "./external-metric-status.ts";
export {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerStatus,
  horizontalPodAutoscalers,
} from "./horizontal-pod-autoscaler.ts";
export { HorizontalPodAutoscalerCondition } from "./horizontal-pod-autoscaler-condition.ts";
export { MetricSpec } from "./metric-spec.ts";
export { MetricStatus } from "./metric-status.ts";
export { ObjectMetricSource } from "./object-metric-source.ts";
export { ObjectMetricStatus } from "./object-metric-status.ts";
export { PodsMetricSource } from "./pods-metric-source.ts";
export { PodsMetricStatus } from "./pods-metric-status.ts";
export { ResourceMetricSource } from "./resource-metric-source.ts";
export { ResourceMetricStatus } from "./resource-metric-status.ts";
export { Scale, ScaleSpec, ScaleStatus } from "./scale.ts";
