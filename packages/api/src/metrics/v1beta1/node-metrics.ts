import {
  type Infer,
  duration,
  map,
  quantity,
  ref,
  req,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";

export const NodeMetrics = struct(
  "metrics.k8s.io/v1beta1.NodeMetrics",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    timestamp: req(2, time, "End of the time it was measured over."),
    window: req(3, duration, "How long it was measured."),
    usage: req(4, map(quantity), "Amount of each resource."),
  },
  { doc: "What a node uses." },
);
export interface NodeMetrics extends Infer<typeof NodeMetrics> {}

export const nodes = resource<NodeMetrics>({
  group: "metrics.k8s.io",
  version: "v1beta1",
  kind: "NodeMetrics",
  plural: "nodes",
  singular: "node",
  namespaced: false,
  verbs: ["get", "list"],
  schema: NodeMetrics,
  storage: false,
});
