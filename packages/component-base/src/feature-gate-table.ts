/** How far a feature has come. */
export type FeatureStage = "Alpha" | "Beta" | "GA" | "Deprecated";

/** What a gate is in this version of the API. */
export interface FeatureSpec {
  readonly stage: FeatureStage;
  readonly enabled: boolean;
  /** Its setting cannot be changed. */
  readonly locked: boolean;
}

/** The gates of Kubernetes 1.36.3, by stage and default, as its components register them. */
export const FEATURE_GATES: ReadonlyMap<string, FeatureSpec> = new Map([
  ...gates({ stage: "GA", enabled: true, locked: true }, [
    "APIServerTracing AnonymousAuthConfigurableEndpoints AnyVolumeDataSource AuthorizeNodeWithSelectors",
    "AuthorizeWithSelectors BtreeWatchCache CPUManagerPolicyOptions CRDValidationRatcheting",
    "CSIServiceAccountTokenSecrets ConsistentListFromCache CustomResourceFieldSelectors DRAAdminAccess",
    "DeclarativeValidation DisableAllocatorDualWrite DynamicResourceAllocation ExecProbeTimeout",
    "ExternalServiceAccountTokenSigner ImageMaximumGCAge ImageVolume InOrderInformers InPlacePodVerticalScaling",
    "JobBackoffLimitPerIndex JobManagedBy JobPodReplacementPolicy JobSuccessPolicy KubeletCgroupDriverFromCRI",
    "KubeletFineGrainedAuthz KubeletPSI KubeletPodResourcesDynamicResources KubeletPodResourcesGet KubeletTracing",
    "LogarithmicScaleDown MatchLabelKeysInPodAffinity MultiCIDRServiceAllocator MutableCSINodeAllocatableCount",
    "NFTablesProxyMode NodeInclusionPolicyInPodTopologySpread NodeLogQuery NodeSwap OrderedNamespaceDeletion",
    "PodLifecycleSleepAction PodLifecycleSleepActionAllowZero PodObservedGenerationTracking PodSchedulingReadiness",
    "PreferSameTrafficDistribution ProcMountType RecoverVolumeExpansionFailure RecursiveReadOnlyMounts",
    "RelaxedDNSSearchValidation RelaxedEnvironmentVariableValidation ResilientWatchCacheInitialization",
    "RetryGenerateName SELinuxChangePolicy SELinuxMountReadWriteOncePod SchedulerQueueingHints",
    "SeparateTaintEvictionController ServiceAccountTokenJTI ServiceAccountTokenNodeBinding",
    "ServiceAccountTokenNodeBindingValidation ServiceAccountTokenPodNodeInfo SidecarContainers",
    "StreamingCollectionEncodingToJSON StreamingCollectionEncodingToProtobuf StructuredAuthenticationConfiguration",
    "SupplementalGroupsPolicy SystemdWatchdog TopologyManagerPolicyOptions UserNamespacesSupport",
    "VolumeAttributesClass WinDSR WinOverlay",
  ]),
  ...gates({ stage: "GA", enabled: true, locked: false }, [
    "AllowServiceExternalIPs CustomCPUCFSQuotaPeriod DRAPrioritizedList InformerResourceVersion",
    "MutatingAdmissionPolicy",
  ]),
  ...gates({ stage: "Beta", enabled: true, locked: false }, [
    "APIResponseCompression APIServerIdentity AllowParsingUserUIDFromCertAuth AtomicFIFO",
    "AuthorizePodWebsocketUpgradeCreatePermission CPUManagerPolicyBetaOptions CRDObservedGenerationTracking",
    "ClearingNominatedNodeNameAfterBinding ClientsAllowCARotation ClientsAllowTLSCacheGC ComponentFlagz",
    "ComponentStatusz ConstrainedImpersonation ContainerCheckpoint ContainerRestartRules DRAConsumableCapacity",
    "DRADeviceBindingConditions DRADeviceTaints DRAExtendedResource DRAPartitionableDevices",
    "DRAResourceClaimDeviceStatus DRAResourceClaimGranularStatusAuthorization DRASchedulerFilterTimeout",
    "DeclarativeValidationBeta DeploymentReplicaSetTerminatingReplicas DetectCacheInconsistency EnvFiles",
    "ExtendWebSocketsToKubelet GracefulNodeShutdown GracefulNodeShutdownBasedOnPodPriority HPAConfigurableTolerance",
    "HostnameOverride InOrderInformersBatchProcess InPlacePodLevelResourcesVerticalScaling",
    "InPlacePodVerticalScalingInitContainers KubeletCrashLoopBackOffMax KubeletEnsureSecretPulledImages",
    "KubeletSeparateDiskGC KubeletServiceAccountTokenForCredentialProviders ListFromCacheSnapshot",
    "MatchLabelKeysInPodTopologySpread MatchLabelKeysInPodTopologySpreadSelectorMerge",
    "MutablePodResourcesForSuspendedJobs MutableSchedulingDirectivesForSuspendedJobs NodeDeclaredFeatures",
    "NominatedNodeNameForExpectation OpenAPIEnums OpportunisticBatching PLEGOnDemandRelist PodDeletionCost",
    "PodLevelResources PodReadyToStartContainersCondition PodTopologyLabelsAdmission PortForwardWebsockets",
    "PreventStaticPodAPIReferences RelaxedServiceNameValidation ReloadKubeletClientCAFile",
    "ReloadKubeletServerCertificateFile RemoteRequestHeaderUID ResourceHealthStatus ResourceHealthStatusMessage",
    "RestartAllContainersOnContainerExits RotateKubeletServerCertificate SchedulerAsyncPreemption",
    "SchedulerPopFromBackoffQ ServiceAccountNodeAudienceRestriction SizeBasedListCostEstimate",
    "StaleControllerConsistencyDaemonSet StaleControllerConsistencyJob StaleControllerConsistencyReplicaSet",
    "StaleControllerConsistencyStatefulSet StatefulSetSemanticRevisionComparison StorageVersionHash",
    "StrictIPCIDRValidation StructuredAuthenticationConfigurationEgressSelector",
    "StructuredAuthenticationConfigurationJWKSMetrics TokenRequestServiceAccountUIDValidation",
    "TopologyManagerPolicyBetaOptions TranslateStreamCloseWebsocketRequests UnauthenticatedHTTP2DOSMitigation",
    "UnknownVersionInteroperabilityProxy UnlockWhileProcessingFIFO WatchCacheInitializationPostStartHook WatchList",
    "WatchListClient WindowsGracefulNodeShutdown",
  ]),
  ...gates({ stage: "Beta", enabled: false, locked: false }, [
    "ClusterTrustBundle ClusterTrustBundleProjection ConcurrentWatchObjectDecode CoordinatedLeaderElection",
    "DRADeviceTaintRules LocalStorageCapacityIsolationFSQuotaMonitoring MaxUnavailableStatefulSet",
    "PodCertificateRequest SELinuxMount SchedulerAsyncAPICalls StorageVersionMigrator",
  ]),
  ...gates({ stage: "Alpha", enabled: false, locked: false }, [
    "APIServingWithRoutine AllowUnsafeMalformedObjectDeletion CBORServingAndStorage CPUManagerPolicyAlphaOptions",
    "CRIListStreaming CSIVolumeHealth ClientsAllowCBOR ClientsPreferCBOR",
    "CloudControllerManagerWatchBasedRoutesReconciliation CloudControllerManagerWebhook ContainerStopSignals",
    "ControllerManagerReleaseLeaderElectionLockOnExit CrossNamespaceVolumeDataSource DRAListTypeAttributes",
    "DRANodeAllocatableResources DRAResourcePoolStatus DRAWorkloadResourceClaims EventedPLEG GangScheduling",
    "GenericWorkload HPAScaleToZero ImageVolumeWithDigest InPlacePodVerticalScalingExclusiveCPUs",
    "InPlacePodVerticalScalingExclusiveMemory KubeletInUserNamespace ManifestBasedAdmissionControlConfig MemoryQoS",
    "MutablePVNodeAffinity PersistentVolumeClaimUnusedSinceTime PodAndContainerStatsFromCRI PodLevelResourceManagers",
    "PodLogsQuerySplitStreams PodsAPI QOSReserved ReduceDefaultCrashLoopBackOffDecay RuntimeClassInImageCriApi",
    "ShardedListAndWatch StorageCapacityScoring StorageVersionAPI TaintTolerationComparisonOperators",
    "TopologyAwareWorkloadScheduling TopologyManagerPolicyAlphaOptions UserNamespacesHostNetworkSupport",
    "VolumeLimitScaling WindowsCPUAndMemoryAffinity WorkloadAwarePreemption WorkloadWithJob",
  ]),
  ...gates({ stage: "Deprecated", enabled: true, locked: true }, [
    "AggregatedDiscoveryRemoveBetaType DisableNodeKubeProxyVersion",
  ]),
  ...gates({ stage: "Deprecated", enabled: true, locked: false }, [
    "DisableCPUQuotaWithExclusiveCPUs KubeletPodResourcesListUseActivePods ServiceCIDRStatusFieldWiping",
    "StorageNamespaceIndex",
  ]),
  ...gates({ stage: "Deprecated", enabled: false, locked: true }, [
    "AllowOverwriteTerminationGracePeriodSeconds GitRepoVolumeDriver SeparateCacheWatchRPC",
  ]),
  ...gates({ stage: "Deprecated", enabled: false, locked: false }, [
    "AllowDNSOnlyNodeCSR AllowInsecureKubeletCertificateSigningRequests ChangeContainerStatusOnKubeletRestart",
    "DeclarativeValidationTakeover KMSv1 KubeletRegistrationGetOnExistsOnly WindowsHostNetwork",
  ]),
]);

function gates(spec: FeatureSpec, lines: readonly string[]): [string, FeatureSpec][] {
  return lines.flatMap((line) => line.split(" ")).map((name) => [name, spec]);
}
