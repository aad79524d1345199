import { mkdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { type PersistentVolume, type Pod, podClaims, VOLUME_ANNOTATIONS } from "@skates/api/core/v1";
import { LOCAL_PATH } from "@skates/api/storage/v1";
import { hasCode, messageOf, must, OperatingError } from "@skates/component-base";
import { persistentCsiVolume } from "../../csi/csi-volume.ts";
import type { EventRecorder } from "../../event-recorder.ts";
import type { LocalDirectories } from "../../local-volumes.ts";
import type { MountedVolume } from "../../pod-host.ts";
import type { References } from "../../references.ts";
import { claimedVolume } from "./claimed-volume.ts";
import { giveToGroup } from "./give-to-group.ts";
import { prepareHostPath } from "./host-path.ts";
import { linkTo } from "./link-to.ts";
import { type CsiRequest, type Mounted, mountCsi, mountedCsi, postponedCsi } from "./mount-csi.ts";
import type { PodPaths } from "./pod-paths.ts";

export interface ClaimMount extends CsiRequest {
  readonly references: References;
  readonly directories: LocalDirectories;
  readonly paths: PodPaths;
  readonly recorder: EventRecorder;
}

/**
 * Mounts what a claim of the pod is bound to: a volume of a CSI driver, or a directory or block device of this machine. Containers get the
 * directory itself, so that nothing of it lies among the pod's own files, which are removed with the pod.
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
  refuseOtherMode(pod, volume.name, bound);
  refuseUnsupported(bound);
  const readOnly = volume.persistentVolumeClaim?.readOnly === true;
  const { csi } = bound.spec;
  if (csi !== undefined) return await mountCsi(request, persistentCsiVolume(bound, csi, { claim, readOnly }), signal);
  const block = bound.spec.volumeMode === "Block";
  return { volume: await (block ? mapDevice(request, bound, readOnly) : mountDirectory(request, bound, readOnly)) };
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

/** A block device of this machine; containers get it by a link among the pod's files, as upstream. */
async function mapDevice(
  { pod, paths, recorder }: ClaimMount,
  { metadata: { name }, spec }: PersistentVolume,
  readOnly: boolean,
): Promise<MountedVolume> {
  const problem = (step: string, why: string): OperatingError =>
    new OperatingError("VolumeMapFailed", `MapVolume.${step} failed for volume ${JSON.stringify(name)} : ${why}`);
  if (spec.local === undefined) throw problem("FindMapperPluginBySpec", "volumes of its kind are no block devices");
  const { path } = spec.local;
  const device = await realpath(path).catch((error: unknown) => {
    throw problem("EvalHostSymlinks", messageOf(error));
  });
  if (!(await stat(device)).isBlockDevice()) throw problem("MapBlockVolume", `${path} is not a block device`);
  const folder = paths.devices(pod.metadata.uid ?? "", "local-volume");
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const link = join(folder, name);
  if (await linkTo(device, link)) {
    const message = `MapVolume.MapPodDevice succeeded for volume ${JSON.stringify(name)} volumeMapPath ${JSON.stringify(folder)}`;
    recorder.event({ object: pod }, "Normal", "SuccessfulMountVolume", message);
  }
  return { hostPath: link, readOnly, device: true };
}

/** A volume of one mode that a container uses as the other; in upstream's words. */
function refuseOtherMode(pod: Pod, name: string, { spec: { volumeMode = "Filesystem" } }: PersistentVolume): void {
  const { initContainers = [], containers } = pod.spec;
  const list = volumeMode === "Block" ? "volumeMounts" : "volumeDevices";
  if (![...initContainers, ...containers].some((c) => c[list]?.some((each) => each.name === name))) return;
  const about = `unmounted volumes=[${name}], unattached volumes=[], failed to process volumes=[${name}]`;
  const why = `volume ${name} has volumeMode ${volumeMode}, but is specified in ${list}`;
  throw new OperatingError("ClaimNotReady", `Unable to attach or mount volumes: ${about}: ${why}`);
}

function refuseUnsupported({ metadata, spec }: PersistentVolume): void {
  const quoted = JSON.stringify(metadata.name);
  if (spec.hostPath === undefined && spec.local === undefined && spec.csi === undefined) {
    const kind = ["nfs", "iscsi", "fc", "flexVolume", "cephfs", "rbd", "glusterfs"].find((each) => each in spec);
    throw unsupported(`volume ${quoted}: ${kind ?? "its kind"} is not supported by this kubelet`);
  }
  if (spec.csi === undefined && (spec.mountOptions ?? []).length > 0)
    throw unsupported(`Mount options are not supported for volume ${quoted}`);
}

function unsupported(message: string): OperatingError {
  return new OperatingError("VolumeUnsupported", message);
}
