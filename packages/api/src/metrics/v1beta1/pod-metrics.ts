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

export const PodMetrics = struct(
  "metrics.k8s.io/v1beta1.PodMetrics",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    timestamp: req(2, time, "End of the time it was measured over."),
    window: req(3, duration, "How long it was measured."),
    containers: req(4, list(ref<ContainerMetrics>(() => ContainerMetrics)), "What each container uses."),
  },
  { doc: "What a pod uses." },
);
export interface PodMetrics extends Infer<typeof PodMetrics> {}

export const ContainerMetrics = struct(
  "metrics.k8s.io/v1beta1.ContainerMetrics",
  {
    name: req(1, string, "Name of the container."),
    usage: req(2, map(quantity), "Amount of each resource."),
  },
  { doc: "What a container uses." },
);
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
