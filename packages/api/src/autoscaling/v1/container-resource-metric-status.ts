import { type Infer, int32, opt, quantity, req, string, struct } from "@skates/apimachinery";

export const ContainerResourceMetricStatus = struct(
  "autoscaling/v1.ContainerResourceMetricStatus",
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
    container: req(4, string, "Name of the container."),
  },
  { doc: "Use of a resource by one container of each pod, as measured." },
);
export interface ContainerResourceMetricStatus extends Infer<typeof ContainerResourceMetricStatus> {}
