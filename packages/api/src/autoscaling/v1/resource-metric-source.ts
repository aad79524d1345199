import { type Infer, int32, opt, quantity, req, string, struct } from "@skates/apimachinery";

export const ResourceMetricSource = struct("autoscaling/v1.ResourceMetricSource", {
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
  targetAverageUtilization: opt(2, int32, "", { keepZero: true }),
  targetAverageValue: opt(3, quantity, "", { keepZero: true }),
});
export interface ResourceMetricSource extends Infer<typeof ResourceMetricSource> {}
