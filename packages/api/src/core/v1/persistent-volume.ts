import {
  type Infer,
  bool,
  inline,
  int32,
  list,
  map,
  oneOf,
  opt,
  quantity,
  ref,
  req,
  string,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { NodeSelector } from "./node-selector.ts";
import { ObjectReference, SecretReference } from "./object-reference.ts";
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  HostPathVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from "./volume-source.ts";
import { persistentVolumeColumns } from "./volume-claim-tables.ts";

export const PersistentVolume = struct("core/v1.PersistentVolume", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<PersistentVolumeSpec>(() => PersistentVolumeSpec),
    "",
  ),
  status: opt(
    3,
    ref<PersistentVolumeStatus>(() => PersistentVolumeStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface PersistentVolume extends Infer<typeof PersistentVolume> {}

export const PersistentVolumeStatus = struct("core/v1.PersistentVolumeStatus", {
  phase: opt(1, oneOf("Available", "Bound", "Failed", "Pending", "Released"), "", { default: "Pending" }),
  message: opt(2, string, ""),
  reason: opt(3, string, ""),
  lastPhaseTransitionTime: opt(4, time, "", { keepZero: true }),
});
export interface PersistentVolumeStatus extends Infer<typeof PersistentVolumeStatus> {}

export const PersistentVolumeSource = struct("core/v1.PersistentVolumeSource", {
  gcePersistentDisk: opt(
    1,
    ref<GCEPersistentDiskVolumeSource>(() => GCEPersistentDiskVolumeSource),
    "",
  ),
  awsElasticBlockStore: opt(
    2,
    ref<AWSElasticBlockStoreVolumeSource>(() => AWSElasticBlockStoreVolumeSource),
    "",
  ),
  hostPath: opt(
    3,
    ref<HostPathVolumeSource>(() => HostPathVolumeSource),
    "",
  ),
  glusterfs: opt(
    4,
    ref<GlusterfsPersistentVolumeSource>(() => GlusterfsPersistentVolumeSource),
    "",
  ),
  nfs: opt(
    5,
    ref<NFSVolumeSource>(() => NFSVolumeSource),
    "",
  ),
  rbd: opt(
    6,
    ref<RBDPersistentVolumeSource>(() => RBDPersistentVolumeSource),
    "",
  ),
  iscsi: opt(
    7,
    ref<ISCSIPersistentVolumeSource>(() => ISCSIPersistentVolumeSource),
    "",
  ),
  cinder: opt(
    8,
    ref<CinderPersistentVolumeSource>(() => CinderPersistentVolumeSource),
    "",
  ),
  cephfs: opt(
    9,
    ref<CephFSPersistentVolumeSource>(() => CephFSPersistentVolumeSource),
    "",
  ),
  fc: opt(
    10,
    ref<FCVolumeSource>(() => FCVolumeSource),
    "",
  ),
  flocker: opt(
    11,
    ref<FlockerVolumeSource>(() => FlockerVolumeSource),
    "",
  ),
  flexVolume: opt(
    12,
    ref<FlexPersistentVolumeSource>(() => FlexPersistentVolumeSource),
    "",
  ),
  azureFile: opt(
    13,
    ref<AzureFilePersistentVolumeSource>(() => AzureFilePersistentVolumeSource),
    "",
  ),
  vsphereVolume: opt(
    14,
    ref<VsphereVirtualDiskVolumeSource>(() => VsphereVirtualDiskVolumeSource),
    "",
  ),
  quobyte: opt(
    15,
    ref<QuobyteVolumeSource>(() => QuobyteVolumeSource),
    "",
  ),
  azureDisk: opt(
    16,
    ref<AzureDiskVolumeSource>(() => AzureDiskVolumeSource),
    "",
  ),
  photonPersistentDisk: opt(
    17,
    ref<PhotonPersistentDiskVolumeSource>(() => PhotonPersistentDiskVolumeSource),
    "",
  ),
  portworxVolume: opt(
    18,
    ref<PortworxVolumeSource>(() => PortworxVolumeSource),
    "",
  ),
  scaleIO: opt(
    19,
    ref<ScaleIOPersistentVolumeSource>(() => ScaleIOPersistentVolumeSource),
    "",
  ),
  local: opt(
    20,
    ref<LocalVolumeSource>(() => LocalVolumeSource),
    "",
  ),
  storageos: opt(
    21,
    ref<StorageOSPersistentVolumeSource>(() => StorageOSPersistentVolumeSource),
    "",
  ),
  csi: opt(
    22,
    ref<CSIPersistentVolumeSource>(() => CSIPersistentVolumeSource),
    "",
  ),
});
export interface PersistentVolumeSource extends Infer<typeof PersistentVolumeSource> {}

export const PersistentVolumeSpec = struct("core/v1.PersistentVolumeSpec", {
  capacity: opt(1, map(quantity), ""),
  ...inline(2, PersistentVolumeSource),
  accessModes: opt(3, list(oneOf("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")), ""),
  claimRef: opt(
    4,
    ref<ObjectReference>(() => ObjectReference),
    "",
  ),
  persistentVolumeReclaimPolicy: opt(5, oneOf("Delete", "Recycle", "Retain"), "", { default: "Retain" }),
  storageClassName: opt(6, string, ""),
  mountOptions: opt(7, list(string), ""),
  volumeMode: opt(8, oneOf("Block", "Filesystem"), "", { keepZero: true, default: "Filesystem" }),
  nodeAffinity: opt(
    9,
    ref<VolumeNodeAffinity>(() => VolumeNodeAffinity),
    "",
  ),
  volumeAttributesClassName: opt(10, string, "", { keepZero: true, gate: "VolumeAttributesClass" }),
});
export interface PersistentVolumeSpec extends Infer<typeof PersistentVolumeSpec> {}

export const VolumeNodeAffinity = struct("core/v1.VolumeNodeAffinity", {
  required: opt(
    1,
    ref<NodeSelector>(() => NodeSelector),
    "",
  ),
});
export interface VolumeNodeAffinity extends Infer<typeof VolumeNodeAffinity> {}

export const CSIPersistentVolumeSource = struct("core/v1.CSIPersistentVolumeSource", {
  driver: req(1, string, ""),
  volumeHandle: req(2, string, ""),
  readOnly: opt(3, bool, ""),
  fsType: opt(4, string, ""),
  volumeAttributes: opt(5, map(string), ""),
  controllerPublishSecretRef: opt(
    6,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  nodeStageSecretRef: opt(
    7,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  nodePublishSecretRef: opt(
    8,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  controllerExpandSecretRef: opt(
    9,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  nodeExpandSecretRef: opt(
    10,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
});
export interface CSIPersistentVolumeSource extends Infer<typeof CSIPersistentVolumeSource> {}

export const StorageOSPersistentVolumeSource = struct("core/v1.StorageOSPersistentVolumeSource", {
  volumeName: opt(1, string, ""),
  volumeNamespace: opt(2, string, ""),
  fsType: opt(3, string, ""),
  readOnly: opt(4, bool, ""),
  secretRef: opt(
    5,
    ref<ObjectReference>(() => ObjectReference),
    "",
  ),
});
export interface StorageOSPersistentVolumeSource extends Infer<typeof StorageOSPersistentVolumeSource> {}

export const LocalVolumeSource = struct("core/v1.LocalVolumeSource", {
  path: req(1, string, ""),
  fsType: opt(2, string, "", { keepZero: true }),
});
export interface LocalVolumeSource extends Infer<typeof LocalVolumeSource> {}

export const ScaleIOPersistentVolumeSource = struct("core/v1.ScaleIOPersistentVolumeSource", {
  gateway: req(1, string, ""),
  system: req(2, string, ""),
  secretRef: req(
    3,
    ref<SecretReference>(() => SecretReference),
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
export interface ScaleIOPersistentVolumeSource extends Infer<typeof ScaleIOPersistentVolumeSource> {}

export const AzureFilePersistentVolumeSource = struct("core/v1.AzureFilePersistentVolumeSource", {
  secretName: req(1, string, ""),
  shareName: req(2, string, ""),
  readOnly: opt(3, bool, ""),
  secretNamespace: opt(4, string, "", { keepZero: true, emitEmpty: true }),
});
export interface AzureFilePersistentVolumeSource extends Infer<typeof AzureFilePersistentVolumeSource> {}

export const FlexPersistentVolumeSource = struct("core/v1.FlexPersistentVolumeSource", {
  driver: req(1, string, ""),
  fsType: opt(2, string, ""),
  secretRef: opt(
    3,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  readOnly: opt(4, bool, ""),
  options: opt(5, map(string), ""),
});
export interface FlexPersistentVolumeSource extends Infer<typeof FlexPersistentVolumeSource> {}

export const CephFSPersistentVolumeSource = struct("core/v1.CephFSPersistentVolumeSource", {
  monitors: req(1, list(string), ""),
  path: opt(2, string, ""),
  user: opt(3, string, ""),
  secretFile: opt(4, string, ""),
  secretRef: opt(
    5,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  readOnly: opt(6, bool, ""),
});
export interface CephFSPersistentVolumeSource extends Infer<typeof CephFSPersistentVolumeSource> {}

export const CinderPersistentVolumeSource = struct("core/v1.CinderPersistentVolumeSource", {
  volumeID: req(1, string, ""),
  fsType: opt(2, string, ""),
  readOnly: opt(3, bool, ""),
  secretRef: opt(
    4,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
});
export interface CinderPersistentVolumeSource extends Infer<typeof CinderPersistentVolumeSource> {}

export const ISCSIPersistentVolumeSource = struct("core/v1.ISCSIPersistentVolumeSource", {
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
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  initiatorName: opt(12, string, "", { keepZero: true }),
});
export interface ISCSIPersistentVolumeSource extends Infer<typeof ISCSIPersistentVolumeSource> {}

export const RBDPersistentVolumeSource = struct("core/v1.RBDPersistentVolumeSource", {
  monitors: req(1, list(string), ""),
  image: req(2, string, ""),
  fsType: opt(3, string, ""),
  pool: opt(4, string, "", { default: "rbd" }),
  user: opt(5, string, "", { default: "admin" }),
  keyring: opt(6, string, "", { default: "/etc/ceph/keyring" }),
  secretRef: opt(
    7,
    ref<SecretReference>(() => SecretReference),
    "",
  ),
  readOnly: opt(8, bool, ""),
});
export interface RBDPersistentVolumeSource extends Infer<typeof RBDPersistentVolumeSource> {}

export const GlusterfsPersistentVolumeSource = struct("core/v1.GlusterfsPersistentVolumeSource", {
  endpoints: req(1, string, ""),
  path: req(2, string, ""),
  readOnly: opt(3, bool, ""),
  endpointsNamespace: opt(4, string, "", { keepZero: true }),
});
export interface GlusterfsPersistentVolumeSource extends Infer<typeof GlusterfsPersistentVolumeSource> {}

export const persistentVolumes = resource<PersistentVolume>({
  group: "",
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  shortNames: ["pv"],
  namespaced: false,
  schema: PersistentVolume,
  storageVersionHash: "HN/zwEC+JgM=",
  generationFields: [],
  columns: persistentVolumeColumns,
  strategy: { returnsDeleted: true },
});
