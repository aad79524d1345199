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

export const VolumeSource = struct(
  "core/v1.VolumeSource",
  {
    hostPath: opt(
      1,
      ref<HostPathVolumeSource>(() => HostPathVolumeSource),
      "A file or directory of the node.",
    ),
    emptyDir: opt(
      2,
      ref<EmptyDirVolumeSource>(() => EmptyDirVolumeSource),
      "An empty directory that lives as long as the pod.",
    ),
    gcePersistentDisk: opt(
      3,
      ref<GCEPersistentDiskVolumeSource>(() => GCEPersistentDiskVolumeSource),
      "A disk of Google Cloud; served by its CSI driver now.",
    ),
    awsElasticBlockStore: opt(
      4,
      ref<AWSElasticBlockStoreVolumeSource>(() => AWSElasticBlockStoreVolumeSource),
      "A disk of AWS; served by its CSI driver now.",
    ),
    gitRepo: opt(
      5,
      ref<GitRepoVolumeSource>(() => GitRepoVolumeSource),
      "A clone of a git repository; off by default, use an init container.",
    ),
    secret: opt(
      6,
      ref<SecretVolumeSource>(() => SecretVolumeSource),
      "Files with the keys of a secret.",
    ),
    nfs: opt(
      7,
      ref<NFSVolumeSource>(() => NFSVolumeSource),
      "A directory of an NFS server.",
    ),
    iscsi: opt(
      8,
      ref<ISCSIVolumeSource>(() => ISCSIVolumeSource),
      "A disk reached by iSCSI.",
    ),
    glusterfs: opt(
      9,
      ref<GlusterfsVolumeSource>(() => GlusterfsVolumeSource),
      "A Gluster volume; no longer supported.",
    ),
    persistentVolumeClaim: opt(
      10,
      ref<PersistentVolumeClaimVolumeSource>(() => PersistentVolumeClaimVolumeSource),
      "The volume of a claim.",
    ),
    rbd: opt(
      11,
      ref<RBDVolumeSource>(() => RBDVolumeSource),
      "A Ceph block device; no longer supported.",
    ),
    flexVolume: opt(
      12,
      ref<FlexVolumeSource>(() => FlexVolumeSource),
      "A volume of a plugin program; use a CSI driver.",
    ),
    cinder: opt(
      13,
      ref<CinderVolumeSource>(() => CinderVolumeSource),
      "A disk of OpenStack; served by its CSI driver now.",
    ),
    cephfs: opt(
      14,
      ref<CephFSVolumeSource>(() => CephFSVolumeSource),
      "A Ceph file system; no longer supported.",
    ),
    flocker: opt(
      15,
      ref<FlockerVolumeSource>(() => FlockerVolumeSource),
      "A Flocker volume; no longer supported.",
    ),
    downwardAPI: opt(
      16,
      ref<DownwardAPIVolumeSource>(() => DownwardAPIVolumeSource),
      "Files with fields of the pod.",
    ),
    fc: opt(
      17,
      ref<FCVolumeSource>(() => FCVolumeSource),
      "A disk reached by Fibre Channel.",
    ),
    azureFile: opt(
      18,
      ref<AzureFileVolumeSource>(() => AzureFileVolumeSource),
      "A file share of Azure; served by its CSI driver now.",
    ),
    configMap: opt(
      19,
      ref<ConfigMapVolumeSource>(() => ConfigMapVolumeSource),
      "Files with the keys of a config map.",
    ),
    vsphereVolume: opt(
      20,
      ref<VsphereVirtualDiskVolumeSource>(() => VsphereVirtualDiskVolumeSource),
      "A disk of vSphere; served by its CSI driver now.",
    ),
    quobyte: opt(
      21,
      ref<QuobyteVolumeSource>(() => QuobyteVolumeSource),
      "A Quobyte volume; no longer supported.",
    ),
    azureDisk: opt(
      22,
      ref<AzureDiskVolumeSource>(() => AzureDiskVolumeSource),
      "A disk of Azure; served by its CSI driver now.",
    ),
    photonPersistentDisk: opt(
      23,
      ref<PhotonPersistentDiskVolumeSource>(() => PhotonPersistentDiskVolumeSource),
      "A disk of Photon; no longer supported.",
    ),
    projected: opt(
      26,
      ref<ProjectedVolumeSource>(() => ProjectedVolumeSource),
      "Files from several sources in one directory.",
    ),
    portworxVolume: opt(
      24,
      ref<PortworxVolumeSource>(() => PortworxVolumeSource),
      "A Portworx volume; served by its CSI driver now.",
    ),
    scaleIO: opt(
      25,
      ref<ScaleIOVolumeSource>(() => ScaleIOVolumeSource),
      "A ScaleIO volume; no longer supported.",
    ),
    storageos: opt(
      27,
      ref<StorageOSVolumeSource>(() => StorageOSVolumeSource),
      "A StorageOS volume; no longer supported.",
    ),
    csi: opt(
      28,
      ref<CSIVolumeSource>(() => CSIVolumeSource),
      "A volume that a CSI driver makes for the pod.",
    ),
    ephemeral: opt(
      29,
      ref<EphemeralVolumeSource>(() => EphemeralVolumeSource),
      "The volume of a claim that lives as long as the pod.",
    ),
    image: opt(
      30,
      ref<ImageVolumeSource>(() => ImageVolumeSource),
      "The files of an image, for reading.",
    ),
  },
  { doc: "Where a volume comes from; exactly one is given." },
);
export interface VolumeSource extends Infer<typeof VolumeSource> {}

export const Volume = struct(
  "core/v1.Volume",
  {
    name: req(1, string, "What mounts call it."),
    ...inline(2, VolumeSource),
  },
  (): AnyStructOptions => ({
    defaults: volumeDefaults,
    rules: [volumeRules],
    doc: "Storage that the containers of a pod can mount.",
  }),
);
export interface Volume extends Infer<typeof Volume> {}

export const ImageVolumeSource = struct(
  "core/v1.ImageVolumeSource",
  {
    reference: opt(1, string, "The image."),
    pullPolicy: opt(2, oneOf("Always", "IfNotPresent", "Never"), "When it is pulled."),
  },
  { doc: "The files of an image." },
);
export interface ImageVolumeSource extends Infer<typeof ImageVolumeSource> {}

export const EphemeralVolumeSource = struct(
  "core/v1.EphemeralVolumeSource",
  {
    volumeClaimTemplate: opt(
      1,
      ref<PersistentVolumeClaimTemplate>(() => PersistentVolumeClaimTemplate),
      "What the claim looks like.",
    ),
  },
  { doc: "A claim made for one pod." },
);
export interface EphemeralVolumeSource extends Infer<typeof EphemeralVolumeSource> {}

export const PersistentVolumeClaimTemplate = struct(
  "core/v1.PersistentVolumeClaimTemplate",
  {
    metadata: opt(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Labels and annotations of the claim.",
      { emitEmpty: true },
    ),
    spec: req(
      2,
      ref<PersistentVolumeClaimSpec>(() => PersistentVolumeClaimSpec),
      "What storage it asks for.",
    ),
  },
  { doc: "What a claim made for a pod looks like." },
);
export interface PersistentVolumeClaimTemplate extends Infer<typeof PersistentVolumeClaimTemplate> {}

export const CSIVolumeSource = struct(
  "core/v1.CSIVolumeSource",
  {
    driver: req(1, string, "Name of the driver."),
    readOnly: opt(2, bool, "Forbids writing through this mount.", { keepZero: true }),
    fsType: opt(3, string, "File system of the volume, such as ext4.", { keepZero: true }),
    volumeAttributes: opt(4, map(string), "What the driver is told."),
    nodePublishSecretRef: opt(
      5,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret for mounting it.",
    ),
  },
  { doc: "A volume that a CSI driver makes for a pod." },
);
export interface CSIVolumeSource extends Infer<typeof CSIVolumeSource> {}

export const ScaleIOVolumeSource = struct(
  "core/v1.ScaleIOVolumeSource",
  {
    gateway: req(1, string, "Address of the gateway."),
    system: req(2, string, "Name of the storage system."),
    secretRef: req(
      3,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret with the credentials.",
    ),
    sslEnabled: opt(4, bool, "Speaks to the gateway over TLS."),
    protectionDomain: opt(5, string, "Name of the protection domain."),
    storagePool: opt(6, string, "Pool within the domain."),
    storageMode: opt(7, string, "ThickProvisioned or ThinProvisioned.", { default: "ThinProvisioned" }),
    volumeName: opt(8, string, "Name of the volume in the system."),
    fsType: opt(9, string, "File system of the volume, such as ext4.", { default: "xfs" }),
    readOnly: opt(10, bool, "Forbids writing through this mount."),
  },
  { doc: "A ScaleIO volume; no longer supported." },
);
export interface ScaleIOVolumeSource extends Infer<typeof ScaleIOVolumeSource> {}

export const ProjectedVolumeSource = struct(
  "core/v1.ProjectedVolumeSource",
  {
    sources: opt(1, list(ref<VolumeProjection>(() => VolumeProjection)), "The sources.", { emitEmpty: true }),
    defaultMode: opt(2, int32, "Bits of the files' mode where nothing else is said.", { keepZero: true, default: 420 }),
  },
  { doc: "Files from several sources in one directory." },
);
export interface ProjectedVolumeSource extends Infer<typeof ProjectedVolumeSource> {}

export const VolumeProjection = struct(
  "core/v1.VolumeProjection",
  {
    secret: opt(
      1,
      ref<SecretProjection>(() => SecretProjection),
      "Keys of a secret.",
    ),
    downwardAPI: opt(
      2,
      ref<DownwardAPIProjection>(() => DownwardAPIProjection),
      "Fields of the pod.",
    ),
    configMap: opt(
      3,
      ref<ConfigMapProjection>(() => ConfigMapProjection),
      "Keys of a config map.",
    ),
    serviceAccountToken: opt(
      4,
      ref<ServiceAccountTokenProjection>(() => ServiceAccountTokenProjection),
      "A token of the pod's account.",
    ),
    clusterTrustBundle: opt(
      5,
      ref<ClusterTrustBundleProjection>(() => ClusterTrustBundleProjection),
      "Certificates of authorities to trust.",
      { gate: "ClusterTrustBundleProjection" },
    ),
    podCertificate: opt(
      6,
      ref<PodCertificateProjection>(() => PodCertificateProjection),
      "A key and certificate of the pod's own.",
      { gate: "PodCertificateRequest" },
    ),
  },
  { doc: "One source of a projected volume; exactly one is given." },
);
export interface VolumeProjection extends Infer<typeof VolumeProjection> {}

export const PodCertificateProjection = struct(
  "core/v1.PodCertificateProjection",
  {
    signerName: req(1, string, "Who signs the certificate."),
    keyType: req(2, string, "Kind of key."),
    maxExpirationSeconds: opt(3, int32, "How long the certificate may last at most.", { keepZero: true }),
    credentialBundlePath: opt(4, string, "File with key and certificates together."),
    keyPath: opt(5, string, "File with the key."),
    certificateChainPath: opt(6, string, "File with the certificates."),
    userAnnotations: opt(7, map(string), "What the signer is told besides."),
  },
  { doc: "A key and certificate of the pod's own." },
);
export interface PodCertificateProjection extends Infer<typeof PodCertificateProjection> {}

export const ClusterTrustBundleProjection = struct(
  "core/v1.ClusterTrustBundleProjection",
  {
    name: opt(1, string, "The bundle by name.", { keepZero: true }),
    signerName: opt(2, string, "All bundles of this signer.", { keepZero: true }),
    labelSelector: opt(
      3,
      ref<LabelSelector>(() => LabelSelector),
      "Which of the signer's bundles.",
    ),
    optional: opt(5, bool, "The bundles need not exist.", { keepZero: true }),
    path: req(4, string, "Relative path of the file."),
  },
  { doc: "Certificates of authorities to trust." },
);
export interface ClusterTrustBundleProjection extends Infer<typeof ClusterTrustBundleProjection> {}

export const ServiceAccountTokenProjection = struct(
  "core/v1.ServiceAccountTokenProjection",
  {
    audience: opt(1, string, "Whom it is for; the API server by default."),
    expirationSeconds: opt(2, int64, "How long it is good for; at least 600.", { keepZero: true, default: 3600 }),
    path: req(3, string, "Relative path of the file."),
  },
  { doc: "A token of the pod's account, renewed in time." },
);
export interface ServiceAccountTokenProjection extends Infer<typeof ServiceAccountTokenProjection> {}

export const ConfigMapProjection = struct(
  "core/v1.ConfigMapProjection",
  {
    ...inline(1, LocalObjectReference),
    items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), "Keys that become files, and where; all keys by default."),
    optional: opt(4, bool, "The object and its keys need not exist.", { keepZero: true }),
  },
  { doc: "Keys of a config map as files." },
);
export interface ConfigMapProjection extends Infer<typeof ConfigMapProjection> {}

export const DownwardAPIProjection = struct(
  "core/v1.DownwardAPIProjection",
  {
    items: opt(1, list(ref<DownwardAPIVolumeFile>(() => DownwardAPIVolumeFile)), "The files."),
  },
  { doc: "Fields of the pod as files." },
);
export interface DownwardAPIProjection extends Infer<typeof DownwardAPIProjection> {}

export const SecretProjection = struct(
  "core/v1.SecretProjection",
  {
    ...inline(1, LocalObjectReference),
    items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), "Keys that become files, and where; all keys by default."),
    optional: opt(4, bool, "The object and its keys need not exist.", { keepZero: true }),
  },
  { doc: "Keys of a secret as files." },
);
export interface SecretProjection extends Infer<typeof SecretProjection> {}

export const ConfigMapVolumeSource = struct(
  "core/v1.ConfigMapVolumeSource",
  {
    ...inline(1, LocalObjectReference),
    items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), "Keys that become files, and where; all keys by default."),
    defaultMode: opt(3, int32, "Bits of the files' mode where nothing else is said.", { keepZero: true, default: 420 }),
    optional: opt(4, bool, "The object and its keys need not exist.", { keepZero: true }),
  },
  { doc: "A directory with the keys of a config map." },
);
export interface ConfigMapVolumeSource extends Infer<typeof ConfigMapVolumeSource> {}

export const AzureFileVolumeSource = struct(
  "core/v1.AzureFileVolumeSource",
  {
    secretName: req(1, string, "Secret with the account's name and key."),
    shareName: req(2, string, "Name of the share."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
  },
  { doc: "A file share of Azure." },
);
export interface AzureFileVolumeSource extends Infer<typeof AzureFileVolumeSource> {}

export const DownwardAPIVolumeSource = struct(
  "core/v1.DownwardAPIVolumeSource",
  {
    items: opt(1, list(ref<DownwardAPIVolumeFile>(() => DownwardAPIVolumeFile)), "The files."),
    defaultMode: opt(2, int32, "Bits of the files' mode where nothing else is said.", { keepZero: true, default: 420 }),
  },
  { doc: "A directory with fields of the pod." },
);
export interface DownwardAPIVolumeSource extends Infer<typeof DownwardAPIVolumeSource> {}

export const DownwardAPIVolumeFile = struct(
  "core/v1.DownwardAPIVolumeFile",
  {
    path: req(1, string, "Relative path of the file; without '..'."),
    fieldRef: opt(
      2,
      ref<ObjectFieldSelector>(() => ObjectFieldSelector),
      "The field.",
    ),
    resourceFieldRef: opt(
      3,
      ref<ResourceFieldSelector>(() => ResourceFieldSelector),
      "The resource of a container.",
    ),
    mode: opt(4, int32, "Bits of the file's mode; the volume's default when absent.", { keepZero: true }),
  },
  { doc: "A file with a field of the pod." },
);
export interface DownwardAPIVolumeFile extends Infer<typeof DownwardAPIVolumeFile> {}

export const CephFSVolumeSource = struct(
  "core/v1.CephFSVolumeSource",
  {
    monitors: req(1, list(string), "Addresses of the monitors."),
    path: opt(2, string, "Directory to mount; / by default."),
    user: opt(3, string, "User of Ceph."),
    secretFile: opt(4, string, "File on the node with the user's key."),
    secretRef: opt(
      5,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret with the credentials.",
    ),
    readOnly: opt(6, bool, "Forbids writing through this mount."),
  },
  { doc: "A Ceph file system; no longer supported." },
);
export interface CephFSVolumeSource extends Infer<typeof CephFSVolumeSource> {}

export const FlexVolumeSource = struct(
  "core/v1.FlexVolumeSource",
  {
    driver: req(1, string, "Name of the program."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    secretRef: opt(
      3,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret with the credentials.",
    ),
    readOnly: opt(4, bool, "Forbids writing through this mount."),
    options: opt(5, map(string), "What the program is told besides."),
  },
  { doc: "A volume of a plugin program." },
);
export interface FlexVolumeSource extends Infer<typeof FlexVolumeSource> {}

export const RBDVolumeSource = struct(
  "core/v1.RBDVolumeSource",
  {
    monitors: req(1, list(string), "Addresses of the monitors."),
    image: req(2, string, "Name of the image."),
    fsType: opt(3, string, "File system of the volume, such as ext4."),
    pool: opt(4, string, "Pool of the image.", { default: "rbd" }),
    user: opt(5, string, "User of Ceph.", { default: "admin" }),
    keyring: opt(6, string, "File on the node with the user's key.", { default: "/etc/ceph/keyring" }),
    secretRef: opt(
      7,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret with the credentials.",
    ),
    readOnly: opt(8, bool, "Forbids writing through this mount."),
  },
  { doc: "A Ceph block device; no longer supported." },
);
export interface RBDVolumeSource extends Infer<typeof RBDVolumeSource> {}

export const PersistentVolumeClaimVolumeSource = struct(
  "core/v1.PersistentVolumeClaimVolumeSource",
  {
    claimName: req(1, string, "Name of the claim."),
    readOnly: opt(2, bool, "Forbids writing through this mount."),
  },
  { doc: "The volume of a claim." },
);
export interface PersistentVolumeClaimVolumeSource extends Infer<typeof PersistentVolumeClaimVolumeSource> {}

export const ISCSIVolumeSource = struct(
  "core/v1.ISCSIVolumeSource",
  {
    targetPortal: req(1, string, "Address and port of the target."),
    iqn: req(2, string, "Qualified name of the target."),
    lun: req(3, int32, "Number of the unit."),
    iscsiInterface: opt(4, string, "Interface of the initiator.", { default: "default" }),
    fsType: opt(5, string, "File system of the volume, such as ext4."),
    readOnly: opt(6, bool, "Forbids writing through this mount."),
    portals: opt(7, list(string), "Further addresses of the target."),
    chapAuthDiscovery: opt(8, bool, "Authenticates at discovery."),
    chapAuthSession: opt(11, bool, "Authenticates at login."),
    secretRef: opt(
      10,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret with the credentials.",
    ),
    initiatorName: opt(12, string, "Own name of the initiator, in place of the interface's.", { keepZero: true }),
  },
  { doc: "A disk reached by iSCSI." },
);
export interface ISCSIVolumeSource extends Infer<typeof ISCSIVolumeSource> {}

export const SecretVolumeSource = struct(
  "core/v1.SecretVolumeSource",
  {
    secretName: opt(1, string, "Name of the secret."),
    items: opt(2, list(ref<KeyToPath>(() => KeyToPath)), "Keys that become files, and where; all keys by default."),
    defaultMode: opt(3, int32, "Bits of the files' mode where nothing else is said.", { keepZero: true, default: 420 }),
    optional: opt(4, bool, "The object and its keys need not exist.", { keepZero: true }),
  },
  { doc: "A directory with the keys of a secret." },
);
export interface SecretVolumeSource extends Infer<typeof SecretVolumeSource> {}

export const GitRepoVolumeSource = struct(
  "core/v1.GitRepoVolumeSource",
  {
    repository: req(1, string, "Address of the repository."),
    revision: opt(2, string, "Commit to check out."),
    directory: opt(3, string, "Directory to clone into."),
  },
  { doc: "A clone of a git repository." },
);
export interface GitRepoVolumeSource extends Infer<typeof GitRepoVolumeSource> {}

export const EmptyDirVolumeSource = struct(
  "core/v1.EmptyDirVolumeSource",
  {
    medium: opt(1, string, "Where it lies: on disk by default, or in Memory.", {
      known: ["", "Memory", "HugePages", "HugePages-"],
    }),
    sizeLimit: opt(2, quantity, "How much it may hold.", { keepZero: true }),
  },
  { doc: "An empty directory that lives as long as the pod." },
);
export interface EmptyDirVolumeSource extends Infer<typeof EmptyDirVolumeSource> {}
