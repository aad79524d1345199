import { sha256Hex } from "@skates/component-base";

/** Which volume of which CSI driver. */
export interface CsiVolumeId {
  readonly driver: string;
  readonly volumeHandle: string;
}

/** The name of the VolumeAttachment of a volume and a node, by which attach/detach controller and kubelet find the same object. */
export function attachmentName({ driver, volumeHandle }: CsiVolumeId, nodeName: string): string {
  return `csi-${sha256Hex(`${volumeHandle}${driver}${nodeName}`)}`;
}

/** The name of a CSI volume in `volumesAttached` and `volumesInUse` of a node. */
export function uniqueVolumeName({ driver, volumeHandle }: CsiVolumeId): string {
  return `kubernetes.io/csi/${driver}^${volumeHandle}`;
}
