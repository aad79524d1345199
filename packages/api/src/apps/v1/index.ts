/** Types of apps/v1. */
export { ControllerRevision, controllerRevisions } from "./controller-revision.ts";
export {
  DaemonSet,
  DaemonSetCondition,
  DaemonSetSpec,
  DaemonSetStatus,
  DaemonSetUpdateStrategy,
  RollingUpdateDaemonSet,
  daemonSets,
} from "./daemon-set.ts";
export {
  Deployment,
  DeploymentCondition,
  DeploymentSpec,
  DeploymentStatus,
  DeploymentStrategy,
  RollingUpdateDeployment,
  deployments,
} from "./deployment.ts";
export { ReplicaSet, ReplicaSetCondition, ReplicaSetSpec, ReplicaSetStatus, replicaSets } from "./replica-set.ts";
export {
  RollingUpdateStatefulSetStrategy,
  StatefulSet,
  StatefulSetCondition,
  StatefulSetOrdinals,
  StatefulSetPersistentVolumeClaimRetentionPolicy,
  StatefulSetSpec,
  StatefulSetStatus,
  StatefulSetUpdateStrategy,
  statefulSets,
} from "./stateful-set.ts";
