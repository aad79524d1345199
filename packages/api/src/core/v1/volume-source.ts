import { type Infer, bool, int32, list, oneOf, opt, ref, req, string, struct } from "@skates/apimachinery";
import { LocalObjectReference } from "./object-reference.ts";

export const GlusterfsVolumeSource = struct("core/v1.GlusterfsVolumeSource", {
  endpoints: req(1, string, ""),
  path: req(2, string, ""),
  readOnly: opt(3, bool, ""),
});
export interface GlusterfsVolumeSource extends Infer<typeof GlusterfsVolumeSource> {}

export const VsphereVirtualDiskVolumeSource = struct("core/v1.VsphereVirtualDiskVolumeSource", {
  volumePath: req(1, string, ""),
  fsType: opt(2, string, ""),
  storagePolicyName: opt(3, string, ""),
  storagePolicyID: opt(4, string, ""),
});
export interface VsphereVirtualDiskVolumeSource extends Infer<typeof VsphereVirtualDiskVolumeSource> {}

export const StorageOSVolumeSource = struct("core/v1.StorageOSVolumeSource", {
  volumeName: opt(1, string, ""),
  volumeNamespace: opt(2, string, ""),
  fsType: opt(3, string, ""),
  readOnly: opt(4, bool, ""),
  secretRef: opt(
    5,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
});
export interface StorageOSVolumeSource extends Infer<typeof StorageOSVolumeSource> {}

export const QuobyteVolumeSource = struct("core/v1.QuobyteVolumeSource", {
  registry: req(1, string, ""),
  volume: req(2, string, ""),
  readOnly: opt(3, bool, ""),
  user: opt(4, string, ""),
  group: opt(5, string, ""),
  tenant: opt(6, string, ""),
});
export interface QuobyteVolumeSource extends Infer<typeof QuobyteVolumeSource> {}

export const PortworxVolumeSource = struct("core/v1.PortworxVolumeSource", {
  volumeID: req(1, string, ""),
  fsType: opt(2, string, ""),
  readOnly: opt(3, bool, ""),
});
export interface PortworxVolumeSource extends Infer<typeof PortworxVolumeSource> {}

export const PhotonPersistentDiskVolumeSource = struct("core/v1.PhotonPersistentDiskVolumeSource", {
  pdID: req(1, string, ""),
  fsType: opt(2, string, ""),
});
export interface PhotonPersistentDiskVolumeSource extends Infer<typeof PhotonPersistentDiskVolumeSource> {}

export const NFSVolumeSource = struct("core/v1.NFSVolumeSource", {
  server: req(1, string, ""),
  path: req(2, string, ""),
  readOnly: opt(3, bool, ""),
});
export interface NFSVolumeSource extends Infer<typeof NFSVolumeSource> {}

export const HostPathVolumeSource = struct("core/v1.HostPathVolumeSource", {
  path: req(1, string, ""),
  type: opt(
    2,
    oneOf("", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"),
    "",
    { keepZero: true, default: "" },
  ),
});
export interface HostPathVolumeSource extends Infer<typeof HostPathVolumeSource> {}

export const GCEPersistentDiskVolumeSource = struct("core/v1.GCEPersistentDiskVolumeSource", {
  pdName: req(1, string, ""),
  fsType: opt(2, string, ""),
  partition: opt(3, int32, ""),
  readOnly: opt(4, bool, ""),
});
export interface GCEPersistentDiskVolumeSource extends Infer<typeof GCEPersistentDiskVolumeSource> {}

export const FlockerVolumeSource = struct("core/v1.FlockerVolumeSource", {
  datasetName: opt(1, string, ""),
  datasetUUID: opt(2, string, ""),
});
export interface FlockerVolumeSource extends Infer<typeof FlockerVolumeSource> {}

export const FCVolumeSource = struct("core/v1.FCVolumeSource", {
  targetWWNs: opt(1, list(string), ""),
  lun: opt(2, int32, "", { keepZero: true }),
  fsType: opt(3, string, ""),
  readOnly: opt(4, bool, ""),
  wwids: opt(5, list(string), ""),
});
export interface FCVolumeSource extends Infer<typeof FCVolumeSource> {}

export const CinderVolumeSource = struct("core/v1.CinderVolumeSource", {
  volumeID: req(1, string, ""),
  fsType: opt(2, string, ""),
  readOnly: opt(3, bool, ""),
  secretRef: opt(
    4,
    ref<LocalObjectReference>(() => LocalObjectReference),
    "",
  ),
});
export interface CinderVolumeSource extends Infer<typeof CinderVolumeSource> {}

export const AzureDiskVolumeSource = struct("core/v1.AzureDiskVolumeSource", {
  diskName: req(1, string, ""),
  diskURI: req(2, string, ""),
  cachingMode: opt(3, oneOf("None", "ReadOnly", "ReadWrite"), "", { keepZero: true, default: "ReadWrite" }),
  fsType: opt(4, string, "", { keepZero: true, default: "ext4" }),
  readOnly: opt(5, bool, "", { keepZero: true, default: false }),
  kind: opt(6, oneOf("Dedicated", "Managed", "Shared"), "", { keepZero: true, default: "Shared" }),
});
export interface AzureDiskVolumeSource extends Infer<typeof AzureDiskVolumeSource> {}

export const AWSElasticBlockStoreVolumeSource = struct("core/v1.AWSElasticBlockStoreVolumeSource", {
  volumeID: req(1, string, ""),
  fsType: opt(2, string, ""),
  partition: opt(3, int32, ""),
  readOnly: opt(4, bool, ""),
});
export interface AWSElasticBlockStoreVolumeSource extends Infer<typeof AWSElasticBlockStoreVolumeSource> {}
