/** Types of core/v1. */
export {
  Affinity,
  NodeAffinity,
  PodAffinity,
  PodAffinityTerm,
  PodAntiAffinity,
  PreferredSchedulingTerm,
  WeightedPodAffinityTerm,
} from "./affinity.ts";
export { AvoidPods } from "./avoid-pods.ts";
export { Binding, bindings } from "./binding.ts";
export { ComponentCondition, ComponentStatus, componentStatuses } from "./component-status.ts";
export { ConfigMap, configMaps } from "./config-map.ts";
export {
  Container,
  ContainerPort,
  ContainerResizePolicy,
  ContainerRestartRule,
  ContainerRestartRuleOnExitCodes,
  EphemeralContainer,
  EphemeralContainerCommon,
  VolumeDevice,
  VolumeMount,
} from "./container.ts";
export {
  ContainerState,
  ContainerStateRunning,
  ContainerStateTerminated,
  ContainerStateWaiting,
  ContainerStatus,
  ContainerUser,
  ImageVolumeStatus,
  LinuxContainerUser,
  ResourceHealth,
  ResourceStatus,
  VolumeMountStatus,
  VolumeStatus,
} from "./container-status.ts";
export { EndpointAddress, EndpointPort, EndpointSubset, Endpoints, endpoints } from "./endpoints.ts";
export { ConfigMapEnvSource, EnvFromSource, EnvVar, EnvVarSource, SecretEnvSource } from "./env.ts";
export { Event, EventSeries, EventSource, events } from "./event.ts";
export {
  ConfigMapKeySelector,
  FileKeySelector,
  KeyToPath,
  ObjectFieldSelector,
  ResourceFieldSelector,
  SecretKeySelector,
} from "./key-selector.ts";
export { LimitRange, LimitRangeItem, LimitRangeSpec, limitRanges } from "./limit-range.ts";
export { LoadBalancerIngress, LoadBalancerStatus, PortStatus } from "./load-balancer.ts";
export { Namespace, NamespaceCondition, NamespaceSpec, NamespaceStatus, namespaces } from "./namespace.ts";
export {
  AttachedVolume,
  ConfigMapNodeConfigSource,
  ContainerImage,
  DaemonEndpoint,
  Node,
  NodeAddress,
  NodeCondition,
  NodeConfigSource,
  NodeConfigStatus,
  NodeDaemonEndpoints,
  NodeFeatures,
  NodeRuntimeHandler,
  NodeRuntimeHandlerFeatures,
  NodeSpec,
  NodeStatus,
  NodeSwapStatus,
  NodeSystemInfo,
  nodes,
} from "./node.ts";
export { NodeProxyOptions } from "./node-proxy-options.ts";
export {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  TopologySelectorLabelRequirement,
  TopologySelectorTerm,
} from "./node-selector.ts";
export {
  LocalObjectReference,
  ObjectReference,
  SecretReference,
  TypedLocalObjectReference,
  TypedObjectReference,
} from "./object-reference.ts";
export {
  PersistentVolume,
  PersistentVolumeSpec,
  PersistentVolumeStatus,
  VolumeNodeAffinity,
  persistentVolumes,
} from "./persistent-volume.ts";
export {
  AzureFilePersistentVolumeSource,
  CSIPersistentVolumeSource,
  CephFSPersistentVolumeSource,
  CinderPersistentVolumeSource,
  FlexPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  PersistentVolumeSource,
  RBDPersistentVolumeSource,
  ScaleIOPersistentVolumeSource,
  StorageOSPersistentVolumeSource,
} from "./persistent-volume-source.ts";
export {
  ModifyVolumeStatus,
  PersistentVolumeClaim,
  PersistentVolumeClaimCondition,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimStatus,
  persistentVolumeClaims,
} from "./persistent-volume-claim.ts";
export {
  ContainerExtendedResourceRequest,
  HostIP,
  NodeAllocatableResourceClaimStatus,
  Pod,
  PodCondition,
  PodExtendedResourceClaimStatus,
  PodIP,
  PodResourceClaimStatus,
  PodStatus,
  pods,
} from "./pod.ts";
export { PodAttachOptions } from "./pod-attach-options.ts";
export { PodExecOptions } from "./pod-exec-options.ts";
export { PodLogOptions } from "./pod-log-options.ts";
export { PodPortForwardOptions } from "./pod-port-forward-options.ts";
export { PodProxyOptions } from "./pod-proxy-options.ts";
export { PodSignature } from "./pod-signature.ts";
export {
  HostAlias,
  PodDNSConfig,
  PodDNSConfigOption,
  PodOS,
  PodReadinessGate,
  PodResourceClaim,
  PodSchedulingGate,
  PodSchedulingGroup,
  PodSpec,
  TopologySpreadConstraint,
} from "./pod-spec.ts";
export { PodStatusResult } from "./pod-status-result.ts";
export { PodTemplate, PodTemplateSpec, podTemplates } from "./pod-template.ts";
export { Preconditions } from "./preconditions.ts";
export { PreferAvoidPodsEntry } from "./prefer-avoid-pods-entry.ts";
export {
  ExecAction,
  GRPCAction,
  HTTPGetAction,
  HTTPHeader,
  Lifecycle,
  LifecycleHandler,
  Probe,
  ProbeHandler,
  SleepAction,
  TCPSocketAction,
} from "./probe.ts";
export { RangeAllocation } from "./range-allocation.ts";
export {
  ReplicationController,
  ReplicationControllerCondition,
  ReplicationControllerSpec,
  ReplicationControllerStatus,
  replicationControllers,
} from "./replication-controller.ts";
export {
  ResourceQuota,
  ResourceQuotaSpec,
  ResourceQuotaStatus,
  ScopeSelector,
  ScopedResourceSelectorRequirement,
  resourceQuotas,
} from "./resource-quota.ts";
export { ResourceClaim, ResourceRequirements, VolumeResourceRequirements } from "./resources.ts";
export { Secret, secrets } from "./secret.ts";
export {
  AppArmorProfile,
  Capabilities,
  PodSecurityContext,
  SELinuxOptions,
  SeccompProfile,
  SecurityContext,
  Sysctl,
  WindowsSecurityContextOptions,
} from "./security-context.ts";
export { SerializedReference } from "./serialized-reference.ts";
export {
  ClientIPConfig,
  Service,
  ServicePort,
  ServiceSpec,
  ServiceStatus,
  SessionAffinityConfig,
  services,
} from "./service.ts";
export { ServiceAccount, serviceAccounts } from "./service-account.ts";
export { ServiceProxyOptions } from "./service-proxy-options.ts";
export { Taint, Toleration } from "./toleration.ts";
export {
  AzureFileVolumeSource,
  CSIVolumeSource,
  CephFSVolumeSource,
  ClusterTrustBundleProjection,
  ConfigMapProjection,
  ConfigMapVolumeSource,
  DownwardAPIProjection,
  DownwardAPIVolumeFile,
  DownwardAPIVolumeSource,
  EmptyDirVolumeSource,
  EphemeralVolumeSource,
  FlexVolumeSource,
  GitRepoVolumeSource,
  ISCSIVolumeSource,
  ImageVolumeSource,
  PersistentVolumeClaimTemplate,
  PersistentVolumeClaimVolumeSource,
  PodCertificateProjection,
  ProjectedVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  SecretProjection,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
  Volume,
  VolumeProjection,
  VolumeSource,
} from "./volume.ts";
export {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  CinderVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GlusterfsVolumeSource,
  HostPathVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from "./volume-source.ts";
export {
  isNodeReady,
  isPodActive,
  isPodReady,
  isPodTerminal,
  nodeConditionStatus,
  podCondition,
} from "./pod-conditions.ts";
export { podFeatures } from "./pod-features.ts";
export { defaultPullPolicy } from "./image-tag.ts";
export { NAMESPACE_FINALIZER, NAMESPACE_NAME_LABEL } from "./namespace-strategy.ts";
export { matchesNodeSelector, nodeSelectorMatches, podSelectsNode } from "./node-selection.ts";
export { nodeRoles } from "./node-table.ts";
export {
  isVolumeOf,
  lacksStorageClass,
  type PodClaim,
  podClaims,
  storageClassNameOf,
  storageRequestOf,
  VOLUME_ANNOTATIONS,
  volumeMismatch,
} from "./claim-binding.ts";
export { type PodReferences, podReferences, type ReferencedKind, volumeSecrets } from "./pod-references.ts";
export {
  computeQosClass,
  containersTotal,
  isPodLevelResource,
  isSidecar,
  podLimits,
  podQosClass,
  podRequests,
  type QosClass,
  type Quantities,
} from "./pod-resources.ts";
export { isMirrorPod, MIRROR_ANNOTATION } from "./mirror-pod.ts";
export { type HostPort, hostPortsOf, HostPortTable } from "./host-ports.ts";
export { isExtendedResource } from "./resource-rules.ts";
export { headlessService, needsClusterIp, needsHealthCheckPort, needsNodePort } from "./service-types.ts";
export { toleratesTaint, untoleratedTaint } from "./tolerations.ts";
