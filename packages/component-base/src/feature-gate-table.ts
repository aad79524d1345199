/** How far a feature has come. */
export type FeatureStage = "Alpha" | "Beta" | "GA" | "Deprecated";

/** What a gate is in this version of the API. */
export interface FeatureSpec {
  readonly stage: FeatureStage;
  readonly enabled: boolean;
  /** Its setting cannot be changed. */
  readonly locked: boolean;
}

/**
 * The gates of Kubernetes 1.36, by stage and default. Taken from upstream's published lists of the 1.36 cycle; where a gate's last step
 * in 1.36 could not be seen there, its stage may be one behind, its default not.
 */
export const FEATURE_GATES: ReadonlyMap<string, FeatureSpec> = new Map([
  ...gates({ stage: "GA", enabled: true, locked: true }, [
    "APIServerTracing AnonymousAuthConfigurableEndpoints AnyVolumeDataSource AuthorizeNodeWithSelectors AuthorizeWithSelectors",
    "BtreeWatchCache CPUManagerPolicyOptions CRDValidationRatcheting CSIServiceAccountTokenSecrets CSIStorageCapacity",
    "ConsistentListFromCache CustomResourceFieldSelectors DRAAdminAccess DeclarativeValidation DisableAllocatorDualWrite",
    "DynamicResourceAllocation",
    "ExecProbeTimeout HonorPVReclaimPolicy ImageMaximumGCAge InPlacePodVerticalScaling JobBackoffLimitPerIndex JobManagedBy",
    "JobPodReplacementPolicy JobSuccessPolicy KubeletCgroupDriverFromCRI KubeletFineGrainedAuthz KubeletTracing",
    "LogarithmicScaleDown MatchLabelKeysInPodAffinity MultiCIDRServiceAllocator NFTablesProxyMode",
    "NodeInclusionPolicyInPodTopologySpread NodeSwap OrderedNamespaceDeletion PodLifecycleSleepAction",
    "PodLifecycleSleepActionAllowZero PodObservedGenerationTracking PodSchedulingReadiness PreferSameTrafficDistribution",
    "RecoverVolumeExpansionFailure RecursiveReadOnlyMounts RelaxedDNSSearchValidation RelaxedEnvironmentVariableValidation",
    "ResilientWatchCacheInitialization RetryGenerateName SchedulerQueueingHints SeparateTaintEvictionController",
    "ServiceAccountTokenJTI ServiceAccountTokenNodeBinding ServiceAccountTokenNodeBindingValidation",
    "ServiceAccountTokenPodNodeInfo SidecarContainers StreamingCollectionEncodingToJSON StreamingCollectionEncodingToProtobuf",
    "StructuredAuthenticationConfiguration SupplementalGroupsPolicy SystemdWatchdog TopologyManagerPolicyOptions",
    "VolumeAttributesClass WinDSR WinOverlay",
  ]),
  ...gates({ stage: "GA", enabled: true, locked: false }, [
    "DRAPrioritizedList InformerResourceVersion MutatingAdmissionPolicy",
  ]),
  ...gates({ stage: "Beta", enabled: true, locked: false }, [
    "APIResponseCompression APIServerIdentity AllowParsingUserUIDFromCertAuth AtomicFIFO ConstrainedImpersonation",
    "DRAResourceClaimGranularStatusAuthorization UnknownVersionInteroperabilityProxy",
    "AuthorizePodWebsocketUpgradeCreatePermission CPUManagerPolicyBetaOptions ClearingNominatedNodeNameAfterBinding",
    "ComponentFlagz ComponentStatusz ContainerCheckpoint ContainerRestartRules DRAConsumableCapacity",
    "DRADeviceBindingConditions DRADeviceTaints DRAExtendedResource DRAPartitionableDevices DRAResourceClaimDeviceStatus",
    "DRASchedulerFilterTimeout DeclarativeValidationBeta DeploymentReplicaSetTerminatingReplicas DetectCacheInconsistency",
    "DisableCPUQuotaWithExclusiveCPUs EnvFiles ExternalServiceAccountTokenSigner GracefulNodeShutdown",
    "GracefulNodeShutdownBasedOnPodPriority HPAConfigurableTolerance HostnameOverride ImageVolume InOrderInformers",
    "InOrderInformersBatchProcess InPlacePodLevelResourcesVerticalScaling KubeletCrashLoopBackOffMax",
    "KubeletEnsureSecretPulledImages KubeletPSI KubeletPodResourcesDynamicResources KubeletPodResourcesGet",
    "KubeletSeparateDiskGC KubeletServiceAccountTokenForCredentialProviders ListFromCacheSnapshot",
    "MatchLabelKeysInPodTopologySpread MatchLabelKeysInPodTopologySpreadSelectorMerge",
    "MutableCSINodeAllocatableCount NodeDeclaredFeatures NominatedNodeNameForExpectation OpenAPIEnums OpportunisticBatching",
    "PodDeletionCost PodLevelResources PodReadyToStartContainersCondition PodTopologyLabelsAdmission PortForwardWebsockets",
    "PreventStaticPodAPIReferences ProcMountType RelaxedServiceNameValidation ReloadKubeletClientCAFile",
    "ReloadKubeletServerCertificateFile RemoteRequestHeaderUID ResourceHealthStatus ResourceHealthStatusMessage",
    "RotateKubeletServerCertificate SELinuxChangePolicy SELinuxMountReadWriteOncePod SchedulerAsyncPreemption",
    "SchedulerPopFromBackoffQ ServiceAccountNodeAudienceRestriction SizeBasedListCostEstimate",
    "StatefulSetSemanticRevisionComparison StorageVersionHash StructuredAuthenticationConfigurationEgressSelector",
    "StructuredAuthenticationConfigurationJWKSMetrics TokenRequestServiceAccountUIDValidation TopologyManagerPolicyBetaOptions",
    "TranslateStreamCloseWebsocketRequests UnauthenticatedHTTP2DOSMitigation UnlockWhileProcessingFIFO UserNamespacesSupport",
    "WatchCacheInitializationPostStartHook WatchList WatchListClient WindowsGracefulNodeShutdown",
  ]),
  ...gates({ stage: "Beta", enabled: false, locked: false }, [
    "CRDObservedGenerationTracking ClusterTrustBundle ClusterTrustBundleProjection ConcurrentWatchObjectDecode",
    "CoordinatedLeaderElection DRADeviceTaintRules",
    "LocalStorageCapacityIsolationFSQuotaMonitoring MaxUnavailableStatefulSet NodeLogQuery PodCertificateProjection",
    "PodCertificateRequest SELinuxMount",
    "SchedulerAsyncAPICalls StorageVersionMigrator",
  ]),
  ...gates({ stage: "Alpha", enabled: false, locked: false }, [
    "APIServingWithRoutine AllowUnsafeMalformedObjectDeletion CBORServingAndStorage CPUManagerPolicyAlphaOptions",
    "CSIVolumeHealth ClientsAllowCBOR ClientsPreferCBOR CloudControllerManagerWatchBasedRoutesReconciliation",
    "CloudControllerManagerWebhook ContainerStopSignals CrossNamespaceVolumeDataSource",
    "CustomCPUCFSQuotaPeriod DRAListTypeAttributes DRANodeAllocatableResources DRAWorkloadResourceClaims EventedPLEG",
    "GangScheduling GenericWorkload HPAScaleToZero ImageVolumeWithDigest InPlacePodVerticalScalingExclusiveCPUs",
    "InPlacePodVerticalScalingExclusiveMemory KubeletInUserNamespace ManifestBasedAdmissionControlConfig MemoryQoS MutablePVNodeAffinity",
    "PodAndContainerStatsFromCRI",
    "PodLogsQuerySplitStreams QOSReserved ReduceDefaultCrashLoopBackOffDecay RestartAllContainersOnContainerExits",
    "RuntimeClassInImageCriApi ShardedListAndWatch StorageCapacityScoring StorageVersionAPI StrictIPCIDRValidation",
    "TaintTolerationComparisonOperators TopologyAwareWorkloadScheduling TopologyManagerPolicyAlphaOptions",
    "UserNamespacesHostNetworkSupport VolumeLimitScaling WindowsCPUAndMemoryAffinity",
  ]),
  ...gates({ stage: "Deprecated", enabled: true, locked: true }, ["AggregatedDiscoveryRemoveBetaType"]),
  ...gates({ stage: "Deprecated", enabled: false, locked: true }, [
    "AllowOverwriteTerminationGracePeriodSeconds SeparateCacheWatchRPC",
  ]),
  ...gates({ stage: "Deprecated", enabled: true, locked: false }, [
    "DisableNodeKubeProxyVersion KubeletPodResourcesListUseActivePods StorageNamespaceIndex",
  ]),
  ...gates({ stage: "Deprecated", enabled: false, locked: false }, [
    "AllowDNSOnlyNodeCSR DeclarativeValidationTakeover AllowInsecureKubeletCertificateSigningRequests",
    "ChangeContainerStatusOnKubeletRestart",
    "GitRepoVolumeDriver InPlacePodVerticalScalingAllocatedStatus KMSv1 KubeletRegistrationGetOnExistsOnly",
    "WindowsHostNetwork",
  ]),
]);

function gates(spec: FeatureSpec, lines: readonly string[]): [string, FeatureSpec][] {
  return lines.flatMap((line) => line.split(" ")).map((name) => [name, spec]);
}
