import { type Infer, int32, opt, quantity, req, string, struct } from "@skates/apimachinery";

export const ResourceMetricStatus = struct(
  "autoscaling/v1.ResourceMetricStatus",
  {
    name: req(1, string, "The resource.", {
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
    currentAverageUtilization: opt(2, int32, "Average as a percentage of the request.", { keepZero: true }),
    currentAverageValue: req(3, quantity, "Average as an amount."),
  },
  { doc: "Use of a resource by each pod, as measured." },
);
export interface ResourceMetricStatus extends Infer<typeof ResourceMetricStatus> {}
