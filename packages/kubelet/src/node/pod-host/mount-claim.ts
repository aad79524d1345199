import { type PersistentVolume, type Pod, podClaims, VOLUME_ANNOTATIONS } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import { hasCode, must, OperatingError } from "@skates/component-base";
import { persistentCsiVolume } from "../../csi/csi-volume.ts";
import type { LocalDirectories } from "../../local-volumes.ts";
import type { MountedVolume } from "../../pod-host.ts";
import type { References } from "../../references.ts";
import { claimedVolume } from "./claimed-volume.ts";
import { giveToGroup } from "./give-to-group.ts";
import { prepareHostPath } from "./host-path.ts";
import { type CsiRequest, type Mounted, mountCsi, mountedCsi, postponedCsi } from "./mount-csi.ts";

export interface ClaimMount extends CsiRequest {
  readonly references: References;
  readonly directories: LocalDirectories;
}

/**
 * Mounts what a claim of the pod is bound to: a directory of this machine. Containers get the directory itself, so that nothing of it
 * lies among the pod's own files, which are removed with the pod.
 */
export async function mountClaim(request: ClaimMount, signal: AbortSignal): Promise<Mounted> {
  const { pod, volume, references } = request;
  const known = mountedCsi(request);
  if (known !== undefined && !known.due) return known;
  const wanted = must(
    podClaims(pod).find((claim) => claim.volume === volume.name),
    "the claim of a volume",
  );
  const found = await claimedVolume(pod, wanted, references, signal).catch((error: unknown) => {
    // What became of its claim does not concern a volume that is mounted.
    if (known !== undefined && hasCode(error, "ClaimNotReady")) return undefined;
    throw error;
  });
  if (found === undefined) return postponedCsi(request);
  const { claim, volume: bound } = found;
  refuseUnsupported(pod, volume.name, bound);
  const readOnly = volume.persistentVolumeClaim?.readOnly === true;
  const { csi } = bound.spec;
  if (csi !== undefined) return await mountCsi(request, persistentCsiVolume(bound, csi, { claim, readOnly }), signal);
  return { volume: await mountDirectory(request, bound, readOnly) };
}

async function mountDirectory(
  { pod, directories }: ClaimMount,
  bound: PersistentVolume,
  readOnly: boolean,
): Promise<MountedVolume> {
  const { hostPath, local } = bound.spec;
  if (hostPath !== undefined) {
    await prepareHostPath(hostPath);
    return { hostPath: hostPath.path, readOnly };
  }
  const path = must(local, "a local volume").path;
  if (bound.metadata.annotations?.[VOLUME_ANNOTATIONS.provisionedBy] === LOCAL_PATH.provisioner) {
    const own = await directories.ensure(bound.metadata.name);
    if (own !== path)
      throw unsupported(`local-path volume ${bound.metadata.name} is not kept in ${own} but in ${path}`);
  } else {
    await prepareHostPath({ path, type: "Directory" });
  }
  const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
  if (fsGroup !== undefined && !readOnly) {
    await giveToGroup(path, { gid: fsGroup, onlyIfRootDiffers: fsGroupChangePolicy === "OnRootMismatch" });
  }
  return { hostPath: path, readOnly };
}

function refuseUnsupported(pod: Pod, name: string, { metadata, spec }: PersistentVolume): void {
  const quoted = JSON.stringify(metadata.name);
  if (spec.hostPath === undefined && spec.local === undefined && spec.csi === undefined) {
    const kind = ["nfs", "iscsi", "fc", "flexVolume", "cephfs", "rbd", "glusterfs"].find((each) => each in spec);
    throw unsupported(`volume ${quoted}: ${kind ?? "its kind"} is not supported by this kubelet`);
  }
  if (spec.volumeMode === "Block")
    throw unsupported(`volume ${quoted}: block volumes are not supported by this kubelet`);
  if (spec.csi === undefined && (spec.mountOptions ?? []).length > 0)
    throw unsupported(`Mount options are not supported for volume ${quoted}`);
  const { initContainers = [], containers } = pod.spec;
  const asDevice = [...initContainers, ...containers].some((c) => c.volumeDevices?.some((each) => each.name === name));
  if (asDevice) throw unsupported(`volume ${name} has volumeMode Filesystem, but is specified in volumeDevices`);
}

function unsupported(message: string): OperatingError {
  return new OperatingError("VolumeUnsupported", message);
}
