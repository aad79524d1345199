/** Configuration of the scheduler: kubescheduler.config.k8s.io/v1. */
export {
  ClientConnectionConfiguration,
  Extender,
  ExtenderManagedResource,
  ExtenderTLSConfig,
  KubeSchedulerConfiguration,
  KubeSchedulerProfile,
  LeaderElectionConfiguration,
  Plugin,
  PluginConfig,
  PluginSet,
  Plugins,
} from "./kube-scheduler-configuration.ts";
export {
  DefaultPreemptionArgs,
  DynamicResourcesArgs,
  InterPodAffinityArgs,
  NodeAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  RequestedToCapacityRatioParam,
  ResourceSpec,
  ScoringStrategy,
  UtilizationShapePoint,
  VolumeBindingArgs,
} from "./plugin-args.ts";
