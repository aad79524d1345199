import { type Infer, int32, opt, quantity, req, string, struct } from "@skates/apimachinery";

export const ContainerResourceMetricStatus = struct("autoscaling/v1.ContainerResourceMetricStatus", {
  name: req(1, string, "", {
    known: [
      "cpu",
      "memory",
      "storage",
      "ephemeral-storage",
      "pods",
      "services",
      "replicationcontrollers",
      "resourcequotas",
      "secrets",
      "configmaps",
      "persistentvolumeclaims",
      "services.nodeports",
      "services.loadbalancers",
      "requests.cpu",
      "requests.memory",
      "requests.storage",
      "requests.ephemeral-storage",
      "limits.cpu",
      "limits.memory",
      "limits.ephemeral-storage",
    ],
  }),
  currentAverageUtilization: opt(2, int32, "", { keepZero: true }),
  currentAverageValue: req(3, quantity, ""),
  container: req(4, string, ""),
});
export interface ContainerResourceMetricStatus extends Infer<typeof ContainerResourceMetricStatus> {}
