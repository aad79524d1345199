/** Types of metrics.k8s.io/v1beta1. */
export { NodeMetrics, nodes } from "./node-metrics.ts";
export { ContainerMetrics, PodMetrics, pods } from "./pod-metrics.ts";
