import { type Infer, bool, int32, list, map, opt, ref, req, string, struct } from "@skates/apimachinery";
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

export const PersistentVolumeSource = struct(
  "core/v1.PersistentVolumeSource",
  {
    gcePersistentDisk: opt(
      1,
      ref<GCEPersistentDiskVolumeSource>(() => GCEPersistentDiskVolumeSource),
      "A disk of Google Cloud; served by its CSI driver now.",
    ),
    awsElasticBlockStore: opt(
      2,
      ref<AWSElasticBlockStoreVolumeSource>(() => AWSElasticBlockStoreVolumeSource),
      "A disk of AWS; served by its CSI driver now.",
    ),
    hostPath: opt(
      3,
      ref<HostPathVolumeSource>(() => HostPathVolumeSource),
      "A directory of one node; for tests only.",
    ),
    glusterfs: opt(
      4,
      ref<GlusterfsPersistentVolumeSource>(() => GlusterfsPersistentVolumeSource),
      "A Gluster volume; no longer supported.",
    ),
    nfs: opt(
      5,
      ref<NFSVolumeSource>(() => NFSVolumeSource),
      "A directory of an NFS server.",
    ),
    rbd: opt(
      6,
      ref<RBDPersistentVolumeSource>(() => RBDPersistentVolumeSource),
      "A Ceph block device; no longer supported.",
    ),
    iscsi: opt(
      7,
      ref<ISCSIPersistentVolumeSource>(() => ISCSIPersistentVolumeSource),
      "A disk reached by iSCSI.",
    ),
    cinder: opt(
      8,
      ref<CinderPersistentVolumeSource>(() => CinderPersistentVolumeSource),
      "A disk of OpenStack; served by its CSI driver now.",
    ),
    cephfs: opt(
      9,
      ref<CephFSPersistentVolumeSource>(() => CephFSPersistentVolumeSource),
      "A Ceph file system; no longer supported.",
    ),
    fc: opt(
      10,
      ref<FCVolumeSource>(() => FCVolumeSource),
      "A disk reached by Fibre Channel.",
    ),
    flocker: opt(
      11,
      ref<FlockerVolumeSource>(() => FlockerVolumeSource),
      "A Flocker volume; no longer supported.",
    ),
    flexVolume: opt(
      12,
      ref<FlexPersistentVolumeSource>(() => FlexPersistentVolumeSource),
      "A volume of a plugin program; use a CSI driver.",
    ),
    azureFile: opt(
      13,
      ref<AzureFilePersistentVolumeSource>(() => AzureFilePersistentVolumeSource),
      "A file share of Azure; served by its CSI driver now.",
    ),
    vsphereVolume: opt(
      14,
      ref<VsphereVirtualDiskVolumeSource>(() => VsphereVirtualDiskVolumeSource),
      "A disk of vSphere; served by its CSI driver now.",
    ),
    quobyte: opt(
      15,
      ref<QuobyteVolumeSource>(() => QuobyteVolumeSource),
      "A Quobyte volume; no longer supported.",
    ),
    azureDisk: opt(
      16,
      ref<AzureDiskVolumeSource>(() => AzureDiskVolumeSource),
      "A disk of Azure; served by its CSI driver now.",
    ),
    photonPersistentDisk: opt(
      17,
      ref<PhotonPersistentDiskVolumeSource>(() => PhotonPersistentDiskVolumeSource),
      "A disk of Photon; no longer supported.",
    ),
    portworxVolume: opt(
      18,
      ref<PortworxVolumeSource>(() => PortworxVolumeSource),
      "A Portworx volume; served by its CSI driver now.",
    ),
    scaleIO: opt(
      19,
      ref<ScaleIOPersistentVolumeSource>(() => ScaleIOPersistentVolumeSource),
      "A ScaleIO volume; no longer supported.",
    ),
    local: opt(
      20,
      ref<LocalVolumeSource>(() => LocalVolumeSource),
      "A disk or directory of one node.",
    ),
    storageos: opt(
      21,
      ref<StorageOSPersistentVolumeSource>(() => StorageOSPersistentVolumeSource),
      "A StorageOS volume; no longer supported.",
    ),
    csi: opt(
      22,
      ref<CSIPersistentVolumeSource>(() => CSIPersistentVolumeSource),
      "A volume of a CSI driver.",
    ),
  },
  { doc: "Where the storage is; exactly one is given." },
);
export interface PersistentVolumeSource extends Infer<typeof PersistentVolumeSource> {}

export const CSIPersistentVolumeSource = struct(
  "core/v1.CSIPersistentVolumeSource",
  {
    driver: req(1, string, "Name of the driver."),
    volumeHandle: req(2, string, "What the driver calls the volume."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
    fsType: opt(4, string, "File system of the volume, such as ext4."),
    volumeAttributes: opt(5, map(string), "What the driver noted on the volume."),
    controllerPublishSecretRef: opt(
      6,
      ref<SecretReference>(() => SecretReference),
      "Secret for attaching it.",
    ),
    nodeStageSecretRef: opt(
      7,
      ref<SecretReference>(() => SecretReference),
      "Secret for preparing it on a node.",
    ),
    nodePublishSecretRef: opt(
      8,
      ref<SecretReference>(() => SecretReference),
      "Secret for mounting it for a pod.",
    ),
    controllerExpandSecretRef: opt(
      9,
      ref<SecretReference>(() => SecretReference),
      "Secret for making it larger.",
    ),
    nodeExpandSecretRef: opt(
      10,
      ref<SecretReference>(() => SecretReference),
      "Secret for making it larger on its node.",
    ),
  },
  { doc: "A volume of a CSI driver." },
);
export interface CSIPersistentVolumeSource extends Infer<typeof CSIPersistentVolumeSource> {}

export const StorageOSPersistentVolumeSource = struct(
  "core/v1.StorageOSPersistentVolumeSource",
  {
    volumeName: opt(1, string, "Name of the volume."),
    volumeNamespace: opt(2, string, "Namespace of the volume within StorageOS."),
    fsType: opt(3, string, "File system of the volume, such as ext4."),
    readOnly: opt(4, bool, "Forbids writing through this mount."),
    secretRef: opt(
      5,
      ref<ObjectReference>(() => ObjectReference),
      "Secret with the credentials.",
    ),
  },
  { doc: "A StorageOS volume; no longer supported." },
);
export interface StorageOSPersistentVolumeSource extends Infer<typeof StorageOSPersistentVolumeSource> {}

export const LocalVolumeSource = struct(
  "core/v1.LocalVolumeSource",
  {
    path: req(1, string, "Path on the node."),
    fsType: opt(2, string, "File system of the volume, such as ext4.", { keepZero: true }),
  },
  { doc: "A disk or directory of one node." },
);
export interface LocalVolumeSource extends Infer<typeof LocalVolumeSource> {}

export const ScaleIOPersistentVolumeSource = struct(
  "core/v1.ScaleIOPersistentVolumeSource",
  {
    gateway: req(1, string, "Address of the gateway."),
    system: req(2, string, "Name of the storage system."),
    secretRef: req(
      3,
      ref<SecretReference>(() => SecretReference),
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
export interface ScaleIOPersistentVolumeSource extends Infer<typeof ScaleIOPersistentVolumeSource> {}

export const AzureFilePersistentVolumeSource = struct(
  "core/v1.AzureFilePersistentVolumeSource",
  {
    secretName: req(1, string, "Secret with the account's name and key."),
    shareName: req(2, string, "Name of the share."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
    secretNamespace: opt(4, string, "Namespace of the secret; the pod's by default.", {
      keepZero: true,
      emitEmpty: true,
    }),
  },
  { doc: "A file share of Azure." },
);
export interface AzureFilePersistentVolumeSource extends Infer<typeof AzureFilePersistentVolumeSource> {}

export const FlexPersistentVolumeSource = struct(
  "core/v1.FlexPersistentVolumeSource",
  {
    driver: req(1, string, "Name of the program."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    secretRef: opt(
      3,
      ref<SecretReference>(() => SecretReference),
      "Secret with the credentials.",
    ),
    readOnly: opt(4, bool, "Forbids writing through this mount."),
    options: opt(5, map(string), "What the program is told besides."),
  },
  { doc: "A volume of a plugin program." },
);
export interface FlexPersistentVolumeSource extends Infer<typeof FlexPersistentVolumeSource> {}

export const CephFSPersistentVolumeSource = struct(
  "core/v1.CephFSPersistentVolumeSource",
  {
    monitors: req(1, list(string), "Addresses of the monitors."),
    path: opt(2, string, "Directory to mount; / by default."),
    user: opt(3, string, "User of Ceph."),
    secretFile: opt(4, string, "File on the node with the user's key."),
    secretRef: opt(
      5,
      ref<SecretReference>(() => SecretReference),
      "Secret with the credentials.",
    ),
    readOnly: opt(6, bool, "Forbids writing through this mount."),
  },
  { doc: "A Ceph file system; no longer supported." },
);
export interface CephFSPersistentVolumeSource extends Infer<typeof CephFSPersistentVolumeSource> {}

export const CinderPersistentVolumeSource = struct(
  "core/v1.CinderPersistentVolumeSource",
  {
    volumeID: req(1, string, "Id of the disk."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
    secretRef: opt(
      4,
      ref<SecretReference>(() => SecretReference),
      "Secret with the credentials.",
    ),
  },
  { doc: "A disk of OpenStack." },
);
export interface CinderPersistentVolumeSource extends Infer<typeof CinderPersistentVolumeSource> {}

export const ISCSIPersistentVolumeSource = struct(
  "core/v1.ISCSIPersistentVolumeSource",
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
      ref<SecretReference>(() => SecretReference),
      "Secret with the credentials.",
    ),
    initiatorName: opt(12, string, "Own name of the initiator, in place of the interface's.", { keepZero: true }),
  },
  { doc: "A disk reached by iSCSI." },
);
export interface ISCSIPersistentVolumeSource extends Infer<typeof ISCSIPersistentVolumeSource> {}

export const RBDPersistentVolumeSource = struct(
  "core/v1.RBDPersistentVolumeSource",
  {
    monitors: req(1, list(string), "Addresses of the monitors."),
    image: req(2, string, "Name of the image."),
    fsType: opt(3, string, "File system of the volume, such as ext4."),
    pool: opt(4, string, "Pool of the image.", { default: "rbd" }),
    user: opt(5, string, "User of Ceph.", { default: "admin" }),
    keyring: opt(6, string, "File on the node with the user's key.", { default: "/etc/ceph/keyring" }),
    secretRef: opt(
      7,
      ref<SecretReference>(() => SecretReference),
      "Secret with the credentials.",
    ),
    readOnly: opt(8, bool, "Forbids writing through this mount."),
  },
  { doc: "A Ceph block device; no longer supported." },
);
export interface RBDPersistentVolumeSource extends Infer<typeof RBDPersistentVolumeSource> {}

export const GlusterfsPersistentVolumeSource = struct(
  "core/v1.GlusterfsPersistentVolumeSource",
  {
    endpoints: req(1, string, "Endpoints object with the servers."),
    path: req(2, string, "Name of the volume."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
    endpointsNamespace: opt(4, string, "Namespace of the endpoints object.", { keepZero: true }),
  },
  { doc: "A Gluster volume; no longer supported." },
);
export interface GlusterfsPersistentVolumeSource extends Infer<typeof GlusterfsPersistentVolumeSource> {}
