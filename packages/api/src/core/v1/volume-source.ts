import { type Infer, bool, int32, list, oneOf, opt, ref, req, string, struct } from "@skates/apimachinery";
import { LocalObjectReference } from "./object-reference.ts";

export const GlusterfsVolumeSource = struct(
  "core/v1.GlusterfsVolumeSource",
  {
    endpoints: req(1, string, "Endpoints object with the servers."),
    path: req(2, string, "Name of the volume."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
  },
  { doc: "A Gluster volume; no longer supported." },
);
export interface GlusterfsVolumeSource extends Infer<typeof GlusterfsVolumeSource> {}

export const VsphereVirtualDiskVolumeSource = struct(
  "core/v1.VsphereVirtualDiskVolumeSource",
  {
    volumePath: req(1, string, "Path of the disk."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    storagePolicyName: opt(3, string, "Name of the storage policy."),
    storagePolicyID: opt(4, string, "Id of the storage policy."),
  },
  { doc: "A disk of vSphere." },
);
export interface VsphereVirtualDiskVolumeSource extends Infer<typeof VsphereVirtualDiskVolumeSource> {}

export const StorageOSVolumeSource = struct(
  "core/v1.StorageOSVolumeSource",
  {
    volumeName: opt(1, string, "Name of the volume."),
    volumeNamespace: opt(2, string, "Namespace of the volume within StorageOS."),
    fsType: opt(3, string, "File system of the volume, such as ext4."),
    readOnly: opt(4, bool, "Forbids writing through this mount."),
    secretRef: opt(
      5,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret with the credentials.",
    ),
  },
  { doc: "A StorageOS volume; no longer supported." },
);
export interface StorageOSVolumeSource extends Infer<typeof StorageOSVolumeSource> {}

export const QuobyteVolumeSource = struct(
  "core/v1.QuobyteVolumeSource",
  {
    registry: req(1, string, "Addresses of the registry."),
    volume: req(2, string, "Name of the volume."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
    user: opt(4, string, "User it is mounted as."),
    group: opt(5, string, "Group it is mounted as."),
    tenant: opt(6, string, "Tenant that owns it."),
  },
  { doc: "A Quobyte volume; no longer supported." },
);
export interface QuobyteVolumeSource extends Infer<typeof QuobyteVolumeSource> {}

export const PortworxVolumeSource = struct(
  "core/v1.PortworxVolumeSource",
  {
    volumeID: req(1, string, "Id of the volume."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
  },
  { doc: "A Portworx volume." },
);
export interface PortworxVolumeSource extends Infer<typeof PortworxVolumeSource> {}

export const PhotonPersistentDiskVolumeSource = struct(
  "core/v1.PhotonPersistentDiskVolumeSource",
  {
    pdID: req(1, string, "Id of the disk."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
  },
  { doc: "A disk of Photon; no longer supported." },
);
export interface PhotonPersistentDiskVolumeSource extends Infer<typeof PhotonPersistentDiskVolumeSource> {}

export const NFSVolumeSource = struct(
  "core/v1.NFSVolumeSource",
  {
    server: req(1, string, "Name or address of the server."),
    path: req(2, string, "Directory that the server exports."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
  },
  { doc: "A directory of an NFS server." },
);
export interface NFSVolumeSource extends Infer<typeof NFSVolumeSource> {}

export const HostPathVolumeSource = struct(
  "core/v1.HostPathVolumeSource",
  {
    path: req(1, string, "Its path on the node."),
    type: opt(
      2,
      oneOf("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"),
      "What must be there, or is made; nothing is checked when empty.",
      { keepZero: true, default: "" },
    ),
  },
  { doc: "A file or directory of the node." },
);
export interface HostPathVolumeSource extends Infer<typeof HostPathVolumeSource> {}

export const GCEPersistentDiskVolumeSource = struct(
  "core/v1.GCEPersistentDiskVolumeSource",
  {
    pdName: req(1, string, "Name of the disk."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    partition: opt(3, int32, "Partition to mount; the whole disk by default."),
    readOnly: opt(4, bool, "Forbids writing through this mount."),
  },
  { doc: "A disk of Google Cloud." },
);
export interface GCEPersistentDiskVolumeSource extends Infer<typeof GCEPersistentDiskVolumeSource> {}

export const FlockerVolumeSource = struct(
  "core/v1.FlockerVolumeSource",
  {
    datasetName: opt(1, string, "Name of the data set."),
    datasetUUID: opt(2, string, "UUID of the data set."),
  },
  { doc: "A Flocker volume; no longer supported." },
);
export interface FlockerVolumeSource extends Infer<typeof FlockerVolumeSource> {}

export const FCVolumeSource = struct(
  "core/v1.FCVolumeSource",
  {
    targetWWNs: opt(1, list(string), "World wide names of the targets."),
    lun: opt(2, int32, "Number of the unit.", { keepZero: true }),
    fsType: opt(3, string, "File system of the volume, such as ext4."),
    readOnly: opt(4, bool, "Forbids writing through this mount."),
    wwids: opt(5, list(string), "World wide ids of the disk, in place of names and number."),
  },
  { doc: "A disk reached by Fibre Channel." },
);
export interface FCVolumeSource extends Infer<typeof FCVolumeSource> {}

export const CinderVolumeSource = struct(
  "core/v1.CinderVolumeSource",
  {
    volumeID: req(1, string, "Id of the disk."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    readOnly: opt(3, bool, "Forbids writing through this mount."),
    secretRef: opt(
      4,
      ref<LocalObjectReference>(() => LocalObjectReference),
      "Secret with the credentials.",
    ),
  },
  { doc: "A disk of OpenStack." },
);
export interface CinderVolumeSource extends Infer<typeof CinderVolumeSource> {}

export const AzureDiskVolumeSource = struct(
  "core/v1.AzureDiskVolumeSource",
  {
    diskName: req(1, string, "Name of the disk."),
    diskURI: req(2, string, "Address of the disk."),
    cachingMode: opt(3, oneOf("None", "ReadOnly", "ReadWrite"), "None, ReadOnly or ReadWrite.", {
      keepZero: true,
      default: "ReadWrite",
    }),
    fsType: opt(4, string, "File system of the volume, such as ext4.", { keepZero: true, default: "ext4" }),
    readOnly: opt(5, bool, "Forbids writing through this mount.", { keepZero: true, default: false }),
    kind: opt(6, oneOf("Dedicated", "Managed", "Shared"), "Shared, Dedicated or Managed.", {
      keepZero: true,
      default: "Shared",
    }),
  },
  { doc: "A disk of Azure." },
);
export interface AzureDiskVolumeSource extends Infer<typeof AzureDiskVolumeSource> {}

export const AWSElasticBlockStoreVolumeSource = struct(
  "core/v1.AWSElasticBlockStoreVolumeSource",
  {
    volumeID: req(1, string, "Id of the disk."),
    fsType: opt(2, string, "File system of the volume, such as ext4."),
    partition: opt(3, int32, "Partition to mount; the whole disk by default."),
    readOnly: opt(4, bool, "Forbids writing through this mount."),
  },
  { doc: "A disk of AWS." },
);
export interface AWSElasticBlockStoreVolumeSource extends Infer<typeof AWSElasticBlockStoreVolumeSource> {}
