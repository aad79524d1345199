import { type Infer, int32, opt, quantity, req, string, struct } from "@skates/apimachinery";

export const ContainerResourceMetricSource = struct(
  "autoscaling/v1.ContainerResourceMetricSource",
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
    targetAverageUtilization: opt(2, int32, "Wanted average, as a percentage of the request.", { keepZero: true }),
    targetAverageValue: opt(3, quantity, "Wanted average, as an amount.", { keepZero: true }),
    container: req(5, string, "Name of the container."),
  },
  { doc: "Use of a resource by one container of each pod." },
);
export interface ContainerResourceMetricSource extends Infer<typeof ContainerResourceMetricSource> {}
