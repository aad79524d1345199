/** Types of scheduling.k8s.io/v1alpha2, which a server has with feature gate GenericWorkload. */
export {
  PodGroup,
  PodGroupSpec,
  PodGroupStatus,
  PodGroupTemplateReference,
  podGroups,
  WorkloadPodGroupTemplateReference,
} from "./pod-group.ts";
export {
  BasicSchedulingPolicy,
  GangSchedulingPolicy,
  PodGroupSchedulingPolicy,
  PodGroupTemplate,
  TypedLocalObjectReference,
  Workload,
  WorkloadSpec,
  workloads,
} from "./workload.ts";
