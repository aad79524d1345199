import { type Infer, oneOf, opt, ref, req, struct } from "@skates/apimachinery";
import { ContainerResourceMetricStatus } from "./container-resource-metric-status.ts";
import { ExternalMetricStatus } from "./external-metric-status.ts";
import { ObjectMetricStatus } from "./object-metric-status.ts";
import { PodsMetricStatus } from "./pods-metric-status.ts";
import { ResourceMetricStatus } from "./resource-metric-status.ts";

export const MetricStatus = struct(
  "autoscaling/v1.MetricStatus",
  {
    type: req(1, oneOf("ContainerResource", "External", "Object", "Pods", "Resource"), "Which member is given."),
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
