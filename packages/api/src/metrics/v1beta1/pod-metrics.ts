import {
  type Infer,
  duration,
  list,
  map,
  quantity,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";

export const PodMetrics = struct("metrics.k8s.io/v1beta1.PodMetrics", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  timestamp: req(2, time, ""),
  window: req(3, duration, ""),
  containers: req(4, list(ref<ContainerMetrics>(() => ContainerMetrics)), ""),
});
export interface PodMetrics extends Infer<typeof PodMetrics> {}

export const ContainerMetrics = struct("metrics.k8s.io/v1beta1.ContainerMetrics", {
  name: req(1, string, ""),
  usage: req(2, map(quantity), ""),
});
export interface ContainerMetrics extends Infer<typeof ContainerMetrics> {}

export const pods = resource<PodMetrics>({
  group: "metrics.k8s.io",
  version: "v1beta1",
  kind: "PodMetrics",
  plural: "pods",
  singular: "pod",
  verbs: ["get", "list"],
  schema: PodMetrics,
  storage: false,
});
