import { type Infer, oneOf, opt, ref, req, struct } from "@skates/apimachinery";
import { ContainerResourceMetricSource } from "./container-resource-metric-source.ts";
import { ExternalMetricSource } from "./external-metric-source.ts";
import { ObjectMetricSource } from "./object-metric-source.ts";
import { PodsMetricSource } from "./pods-metric-source.ts";
import { ResourceMetricSource } from "./resource-metric-source.ts";

export const MetricSpec = struct("autoscaling/v1.MetricSpec", {
  type: req(1, oneOf("ContainerResource", "External", "Object", "Pods", "Resource"), ""),
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
