import {
  type Infer,
  bool,
  inline,
  int32,
  int64,
  list,
  map,
  oneOf,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  LabelSelector,
  ObjectMeta,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { KeyToPath, ObjectFieldSelector, ResourceFieldSelector } from "./key-selector.ts";
import { LocalObjectReference } from "./object-reference.ts";
import { PersistentVolumeClaimSpec } from "./persistent-volume-claim.ts";
import {
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
import { volumeDefaults } from "./pod-defaults.ts";
import { volumeRules } from "./volume-rules.ts";

export const VolumeSource = struct("core/v1.VolumeSource", {
  hostPath: opt(
    1,
    ref<HostPathVolumeSource>(() => HostPathVolumeSource),
    "",
  ),
  emptyDir: opt(
    2,
    ref<EmptyDirVolumeSource>(() => EmptyDirVolumeSource),
    "",
  ),
  gcePersistentDisk: opt(
    3,
    ref<GCEPersistentDiskVolumeSource>(() => GCEPersistentDiskVolumeSource),
    "",
  ),
  awsElasticBlockStore: opt(
    4,
    ref<AWSElasticBlockStoreVolumeSource>(() => AWSElasticBlockStoreVolumeSource),
    "",
  ),
  gitRepo: opt(
    5,
    ref<GitRepoVolumeSource>(() => GitRepoVolumeSource),
    "",
  ),
  secret: opt(
    6,
    ref<SecretVolumeSource>(() => SecretVolumeSource),
    "",
  ),
  nfs: opt(
    7,
    ref<NFSVolumeSource>(() => NFSVolumeSource),
    "",
  ),
  iscsi: opt(
    8,
    ref<ISCSIVolumeSource>(() => ISCSIVolumeSource),
    "",
  ),
  glusterfs: opt(
    9,
    ref<GlusterfsVolumeSource>(() => GlusterfsVolumeSource),
    "",
  ),
  persistentVolumeClaim: opt(
    10,
    ref<PersistentVolumeClaimVolumeSource>(() => PersistentVolumeClaimVolumeSource),
    "",
  ),
  rbd: opt(
    11,
    ref<RBDVolumeSource>(() => RBDVolumeSource),
    "",
  ),
  flexVolume: opt(
    12,
    ref<FlexVolumeSource>(() => FlexVolumeSource),
    "",
  ),
  cinder: opt(
    13,
    ref<CinderVolumeSource>(() => CinderVolumeSource),
    "",
  ),
  cephfs: opt(
    14,
    ref<CephFSVolumeSource>(() => CephFSVolumeSource),
    "",
  ),
  flocker: opt(
    15,
    ref<FlockerVolumeSource>(() => FlockerVolumeSource),
    "",
  ),
  downwardAPI: opt(
    16,
    ref<DownwardAPIVolumeSource>(() => DownwardAPIVolumeSource),
    "",
  ),
  fc: opt(
    17,
    ref<FCVolumeSource>(() => FCVolumeSource),
    "",
  ),
  azureFile: opt(
    18,
    ref<AzureFileVolumeSource>(() => AzureFileVolumeSource),
    "",
  ),
  configMap: opt(
    19,
    ref<ConfigMapVolumeSource>(() => ConfigMapVolumeSource),
    "",
  ),
  vsphereVolume: opt(
    20,
    ref<VsphereVirtualDiskVolumeSource>(() => VsphereVirtualDiskVolumeSource),
    "",
  ),
  quobyte: opt(
    21,
    ref<QuobyteVolumeSource>(() => QuobyteVolumeSource),
    "",
  ),
  azureDisk: opt(
    22,
    ref<AzureDiskVolumeSource>(() => AzureDiskVolumeSource),
    "",
  ),
  photonPersistentDisk: opt(
    23,
    ref<PhotonPersistentDiskVolumeSource>(() => PhotonPersistentDiskVolumeSource),
    "",
  ),
  projected: opt(
    26,
    ref<ProjectedVolumeSource>(() => ProjectedVolumeSource),
    "",
  ),
  portworxVolume: opt(
    24,
    ref<PortworxVolumeSource>(() => PortworxVolumeSource),
    "",
  ),
  scaleIO: opt(
    25,
    ref<ScaleIOVolumeSource>(() => ScaleIOVolumeSource),
    "",
  ),
  storageos: opt(
    27,
    ref<StorageOSVolumeSource>(() => StorageOSVolumeSource),
    "",
  ),
  csi: opt(
    28,
    ref<CSIVolumeSource>(() => CSIVolumeSource),
    "",
  ),
  ephemeral: opt(
    29,
    ref<EphemeralVolumeSource>(() => EphemeralVolumeSource),
    "",
  ),
  image: opt(
    30,
    ref<ImageVolumeSource>(() => ImageVolumeSource),
    "",
  ),
});
export interface VolumeSource extends Infer<typeof VolumeSource> {}

export const Volume = struct(
  "core/v1.Volume",
  {
    name: req(1, string, ""),
    ...inline(2, VolumeSource),
  },
  (): AnyStructOptions => ({ defaults: volumeDefaults, rules: [volumeRules] }),
);
export interface Volume extends Infer<typeof Volume> {}

export const ImageVolumeSource = struct("core/v1.ImageVolumeSource", {
  reference: opt(1, string, ""),
  pullPolicy: opt(2, oneOf("Always", "IfNotPresent", "Never"), ""),
});
export interface ImageVolumeSource extends Infer<typeof ImageVolumeSource> {}

export const EphemeralVolumeSource = struct("core/v1.EphemeralVolumeSource", {
  volumeClaimTemplate: opt(
    1,
    ref<PersistentVolumeClaimTemplate>(() => PersistentVolumeClaimTemplate),
    "",
  ),
});
export interface EphemeralVolumeSource extends Infer<typeof EphemeralVolumeSource> {}

export const PersistentVolumeClaimTemplate = struct("core/v1.PersistentVolumeClaimTemplate", {
  metadata: opt(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
    { emitEmpty: true },
  ),
  spec: req(
    2,
    ref<PersistentVolumeClaimSpec>(() => PersistentVolumeClaimSpec),
    "",
  ),
});
export interface PersistentVolumeClaimTemplate extends Infer<typeof PersistentVolumeClaimTemplate> {}

export const CSIVolumeSource = struct("core/v1.CSIVolumeSource", {
  driver: req(1, string, ""),
  readOnly: opt(2, bool, "", { keepZero: true }),
  fsType: opt(3, string, "", { keepZero: true }),
  volumeAttributes: opt(4, map(string), ""),
  nodePublishSecretRef: opt(
    5,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
});
export interface CSIVolumeSource extends Infer<typeof CSIVolumeSource> {}

export const ScaleIOVolumeSource = struct("core/v1.ScaleIOVolumeSource", {
  gateway: req(1, string, ""),
  system: req(2, string, ""),
  secretRef: req(
    3,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
  sslEnabled: opt(4, bool, ""),
  protectionDomain: opt(5, string, ""),
  storagePool: opt(6, string, ""),
  storageMode: opt(7, string, "", { default: "ThinProvisioned" }),
  volumeName: opt(8, string, ""),
  fsType: opt(9, string, "", { default: "xfs" }),
  readOnly: opt(10, bool, ""),
});
export interface ScaleIOVolumeSource extends Infer<typeof ScaleIOVolumeSource> {}

export const ProjectedVolumeSource = struct("core/v1.ProjectedVolumeSource", {
  sources: opt(1, list(ref<VolumeProjection>(() => VolumeProjection)), "", { emitEmpty: true }),
  defaultMode: opt(2, int32, "", { keepZero: true, default: 420 }),
});
export interface ProjectedVolumeSource extends Infer<typeof ProjectedVolumeSource> {}

export const VolumeProjection = struct("core/v1.VolumeProjection", {
  secret: opt(
    1,
    ref<SecretProjection>(() => SecretProjection),
    "",
  ),
  downwardAPI: opt(
    2,
    ref<DownwardAPIProjection>(() => DownwardAPIProjection),
    "",
  ),
  configMap: opt(
    3,
    ref<ConfigMapProjection>(() => ConfigMapProjection),
    "",
  ),
  serviceAccountToken: opt(
    4,
    ref<ServiceAccountTokenProjection>(() => ServiceAccountTokenProjection),
    "",
  ),
  clusterTrustBundle: opt(
    5,
    ref<ClusterTrustBundleProjection>(() => ClusterTrustBundleProjection),
    "",
    { gate: "ClusterTrustBundleProjection" },
  ),
  podCertificate: opt(
    6,
    ref<PodCertificateProjection>(() => PodCertificateProjection),
    "",
    { gate: "PodCertificateProjection" },
  ),
});
export interface VolumeProjection extends Infer<typeof VolumeProjection> {}

export const PodCertificateProjection = struct("core/v1.PodCertificateProjection", {
  signerName: req(1, string, ""),
  keyType: req(2, string, ""),
  maxExpirationSeconds: opt(3, int32, "", { keepZero: true }),
  credentialBundlePath: opt(4, string, ""),
  keyPath: opt(5, string, ""),
  certificateChainPath: opt(6, string, ""),
  userAnnotations: opt(7, map(string), ""),
});
export interface PodCertificateProjection extends Infer<typeof PodCertificateProjection> {}

export const ClusterTrustBundleProjection = struct("core/v1.ClusterTrustBundleProjection", {
  name: opt(1, string, "", { keepZero: true }),
  signerName: opt(2, string, "", { keepZero: true }),
  labelSelector: opt(
    3,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  optional: opt(5, bool, "", { keepZero: true }),
  path: req(4, string, ""),
});
export interface ClusterTrustBundleProjection extends Infer<typeof ClusterTrustBundleProjection> {}

export const ServiceAccountTokenProjection = struct("core/v1.ServiceAccountTokenProjection", {
  audience: opt(1, string, ""),
  expirationSeconds: opt(2, int64, "", { keepZero: true, default: 3600 }),
  path: req(3, string, ""),
});
export interface ServiceAccountTokenProjection extends Infer<typeof ServiceAccountTokenProjection> {}

export const ConfigMapProjection = struct("core/v1.ConfigMapProjection", {
  ...inline(1, LocalObjectReference),
  items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), ""),
  optional: opt(4, bool, "", { keepZero: true }),
});
export interface ConfigMapProjection extends Infer<typeof ConfigMapProjection> {}

export const DownwardAPIProjection = struct("core/v1.DownwardAPIProjection", {
  items: opt(1, list(ref<DownwardAPIVolumeFile>(() => DownwardAPIVolumeFile)), ""),
});
export interface DownwardAPIProjection extends Infer<typeof DownwardAPIProjection> {}

export const SecretProjection = struct("core/v1.SecretProjection", {
  ...inline(1, LocalObjectReference),
  items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), ""),
  optional: opt(4, bool, "", { keepZero: true }),
});
export interface SecretProjection extends Infer<typeof SecretProjection> {}

export const ConfigMapVolumeSource = struct("core/v1.ConfigMapVolumeSource", {
  ...inline(1, LocalObjectReference),
  items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), ""),
  defaultMode: opt(3, int32, "", { keepZero: true, default: 420 }),
  optional: opt(4, bool, "", { keepZero: true }),
});
export interface ConfigMapVolumeSource extends Infer<typeof ConfigMapVolumeSource> {}

export const AzureFileVolumeSource = struct("core/v1.AzureFileVolumeSource", {
  secretName: req(1, string, ""),
  shareName: req(2, string, ""),
  readOnly: opt(3, bool, ""),
});
export interface AzureFileVolumeSource extends Infer<typeof AzureFileVolumeSource> {}

export const DownwardAPIVolumeSource = struct("core/v1.DownwardAPIVolumeSource", {
  items: opt(1, list(ref<DownwardAPIVolumeFile>(() => DownwardAPIVolumeFile)), ""),
  defaultMode: opt(2, int32, "", { keepZero: true, default: 420 }),
});
export interface DownwardAPIVolumeSource extends Infer<typeof DownwardAPIVolumeSource> {}

export const DownwardAPIVolumeFile = struct("core/v1.DownwardAPIVolumeFile", {
  path: req(1, string, ""),
  fieldRef: opt(
    2,
    ref<ObjectFieldSelector>(() => ObjectFieldSelector),
    "",
  ),
  resourceFieldRef: opt(
    3,
    ref<ResourceFieldSelector>(() => ResourceFieldSelector),
    "",
  ),
  mode: opt(4, int32, "", { keepZero: true }),
});
export interface DownwardAPIVolumeFile extends Infer<typeof DownwardAPIVolumeFile> {}

export const CephFSVolumeSource = struct("core/v1.CephFSVolumeSource", {
  monitors: req(1, list(string), ""),
  path: opt(2, string, ""),
  user: opt(3, string, ""),
  secretFile: opt(4, string, ""),
  secretRef: opt(
    5,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
  readOnly: opt(6, bool, ""),
});
export interface CephFSVolumeSource extends Infer<typeof CephFSVolumeSource> {}

export const FlexVolumeSource = struct("core/v1.FlexVolumeSource", {
  driver: req(1, string, ""),
  fsType: opt(2, string, ""),
  secretRef: opt(
    3,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
  readOnly: opt(4, bool, ""),
  options: opt(5, map(string), ""),
});
export interface FlexVolumeSource extends Infer<typeof FlexVolumeSource> {}

export const RBDVolumeSource = struct("core/v1.RBDVolumeSource", {
  monitors: req(1, list(string), ""),
  image: req(2, string, ""),
  fsType: opt(3, string, ""),
  pool: opt(4, string, "", { default: "rbd" }),
  user: opt(5, string, "", { default: "admin" }),
  keyring: opt(6, string, "", { default: "/etc/ceph/keyring" }),
  secretRef: opt(
    7,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
  readOnly: opt(8, bool, ""),
});
export interface RBDVolumeSource extends Infer<typeof RBDVolumeSource> {}

export const PersistentVolumeClaimVolumeSource = struct("core/v1.PersistentVolumeClaimVolumeSource", {
  claimName: req(1, string, ""),
  readOnly: opt(2, bool, ""),
});
export interface PersistentVolumeClaimVolumeSource extends Infer<typeof PersistentVolumeClaimVolumeSource> {}

export const ISCSIVolumeSource = struct("core/v1.ISCSIVolumeSource", {
  targetPortal: req(1, string, ""),
  iqn: req(2, string, ""),
  lun: req(3, int32, ""),
  iscsiInterface: opt(4, string, "", { default: "default" }),
  fsType: opt(5, string, ""),
  readOnly: opt(6, bool, ""),
  portals: opt(7, list(string), ""),
  chapAuthDiscovery: opt(8, bool, ""),
  chapAuthSession: opt(11, bool, ""),
  secretRef: opt(
    10,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
  initiatorName: opt(12, string, "", { keepZero: true }),
});
export interface ISCSIVolumeSource extends Infer<typeof ISCSIVolumeSource> {}

export const SecretVolumeSource = struct("core/v1.SecretVolumeSource", {
  secretName: opt(1, string, ""),
  items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), ""),
  defaultMode: opt(3, int32, "", { keepZero: true, default: 420 }),
  optional: opt(4, bool, "", { keepZero: true }),
});
export interface SecretVolumeSource extends Infer<typeof SecretVolumeSource> {}

export const GitRepoVolumeSource = struct("core/v1.GitRepoVolumeSource", {
  repository: req(1, string, ""),
  revision: opt(2, string, ""),
  directory: opt(3, string, ""),
});
export interface GitRepoVolumeSource extends Infer<typeof GitRepoVolumeSource> {}

export const EmptyDirVolumeSource = struct("core/v1.EmptyDirVolumeSource", {
  medium: opt(1, string, "", { known: ["", "Memory", "HugePages", "HugePages-"] }),
  sizeLimit: opt(2, quantity, "", { keepZero: true }),
});
export interface EmptyDirVolumeSource extends Infer<typeof EmptyDirVolumeSource> {}
