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

export const NodeMetrics = struct("metrics.k8s.io/v1beta1.NodeMetrics", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  timestamp: req(2, time, ""),
  window: req(3, duration, ""),
  usage: req(4, map(quantity), ""),
});
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
