import { type Infer, oneOf, opt, ref, req, struct } from "@skates/apimachinery";
import { ContainerResourceMetricStatus } from "./container-resource-metric-status.ts";
import { ExternalMetricStatus } from "./external-metric-status.ts";
import { ObjectMetricStatus } from "./object-metric-status.ts";
import { PodsMetricStatus } from "./pods-metric-status.ts";
import { ResourceMetricStatus } from "./resource-metric-status.ts";

export const MetricStatus = struct("autoscaling/v1.MetricStatus", {
  type: req(1, oneOf("ContainerResource", "External", "Object", "Pods", "Resource"), ""),
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
