import { type Infer, oneOf, opt, ref, req, struct } from "@skates/apimachinery";
import { ContainerResourceMetricSource } from "./container-resource-metric-source.ts";
import { ExternalMetricSource } from "./external-metric-source.ts";
import { ObjectMetricSource } from "./object-metric-source.ts";
import { PodsMetricSource } from "./pods-metric-source.ts";
import { ResourceMetricSource } from "./resource-metric-source.ts";

export const MetricSpec = struct(
  "autoscaling/v1.MetricSpec",
  {
    type: req(1, oneOf("ContainerResource", "External", "Object", "Pods", "Resource"), "Which member is given."),
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
