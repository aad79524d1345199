import { chmod, chown, mkdir } from "node:fs/promises";
import { parseQuantity } from "@skates/apimachinery";
import type { EmptyDirVolumeSource, Pod, Volume } from "@skates/api/core/v1";
import { OperatingError } from "@skates/component-base";
import type { EventRecorder } from "../../event-recorder.ts";
import type { LocalDirectories } from "../../local-volumes.ts";
import { inlineCsiVolume } from "../../csi/csi-volume.ts";
import type { CsiVolumes } from "../csi/csi-volumes.ts";
import { listMounts } from "../host/mounts.ts";
import { runCommand } from "../host/run-command.ts";
import { writeAtomically, type VolumeFiles } from "./atomic-directory.ts";
import { prepareHostPath } from "./host-path.ts";
import { mountClaim } from "./mount-claim.ts";
import { type Mounted, mountCsi, mountedCsi } from "./mount-csi.ts";
import type { PodPaths } from "./pod-paths.ts";
import { downwardFiles, type FileSources, keyedFiles, projectedFiles } from "./volume-files.ts";

export interface MountRequest {
  readonly pod: Pod;
  readonly volume: Volume;
  readonly paths: PodPaths;
  readonly sources: FileSources;
  readonly directories: LocalDirectories;
  readonly csi: CsiVolumes;
  readonly recorder: EventRecorder;
}

/** Sets one volume up, or brings its contents up to date. Throws for kinds that this kubelet cannot mount. */
export async function mountVolume(request: MountRequest, signal: AbortSignal): Promise<Mounted> {
  const { pod, volume, sources } = request;
  if (volume.hostPath !== undefined) {
    await prepareHostPath(volume.hostPath);
    return { volume: { hostPath: volume.hostPath.path, readOnly: false } };
  }
  if (volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined) {
    return await mountClaim({ ...request, references: sources.references }, signal);
  }
  const inline = inlineCsiVolume(pod, volume);
  if (inline !== undefined) {
    const known = mountedCsi(request);
    return known?.due === false ? known : await mountCsi(request, inline, signal);
  }
  if (volume.emptyDir !== undefined) return mountEmptyDir(request, volume.emptyDir, signal);
  if (volume.configMap !== undefined) {
    const { name = "", items, optional, defaultMode } = volume.configMap;
    const files = await keyedFiles(pod, { what: "configmap", name, items, optional, defaultMode }, sources, signal);
    return mountFiles(request, "configmap", files);
  }
  if (volume.secret !== undefined) {
    const { secretName: name = "", items, optional, defaultMode } = volume.secret;
    const files = await keyedFiles(pod, { what: "secret", name, items, optional, defaultMode }, sources, signal);
    return mountFiles(request, "secret", files, signal);
  }
  if (volume.downwardAPI !== undefined) {
    const { items = [], defaultMode } = volume.downwardAPI;
    return mountFiles(request, "downward-api", downwardFiles(pod, items, defaultMode, sources));
  }
  if (volume.projected !== undefined) {
    const { files, renewAtMs } = await projectedFiles(pod, volume.projected, sources, signal);
    return { ...(await mountFiles(request, "projected", files, signal)), renewAtMs };
  }
  const kind = Object.keys(volume).find((key) => key !== "name") ?? "of no kind";
  throw new OperatingError(
    "VolumeUnsupported",
    `volume ${JSON.stringify(volume.name)}: ${kind} is not supported by this kubelet`,
  );
}

/** `memory`: what holds secrets never reaches a disk. */
async function mountFiles(
  { pod, volume, paths }: MountRequest,
  plugin: string,
  files: VolumeFiles,
  memory?: AbortSignal,
): Promise<Mounted> {
  const directory = paths.volume(pod.metadata.uid ?? "", plugin, volume.name);
  await mkdir(directory, { recursive: true, mode: 0o755 });
  if (memory !== undefined) await mountTmpfs(directory, undefined, memory);
  await writeAtomically(directory, files, pod.spec.securityContext?.fsGroup);
  return { volume: { hostPath: directory, readOnly: true } };
}

async function mountEmptyDir(
  { pod, volume, paths }: MountRequest,
  { medium = "", sizeLimit }: EmptyDirVolumeSource,
  signal: AbortSignal,
): Promise<Mounted> {
  const directory = paths.volume(pod.metadata.uid ?? "", "empty-dir", volume.name);
  await mkdir(directory, { recursive: true });
  if (medium === "Memory") {
    const bytes = sizeLimit === undefined ? 0 : Number(parseQuantity(sizeLimit).value());
    await mountTmpfs(directory, bytes > 0 ? bytes : undefined, signal);
  } else if (medium !== "") {
    throw new OperatingError(
      "VolumeUnsupported",
      `emptyDir medium ${JSON.stringify(medium)} is not supported by this kubelet`,
    );
  }
  const group = pod.spec.securityContext?.fsGroup;
  if (group !== undefined) await chown(directory, 0, group);
  // Everybody may write; what is made inside belongs to the pod's group, if it has one.
  await chmod(directory, group === undefined ? 0o777 : 0o2777);
  return { volume: { hostPath: directory, readOnly: false } };
}

async function mountTmpfs(directory: string, bytes: number | undefined, signal: AbortSignal): Promise<void> {
  if ((await listMounts()).some((mount) => mount.point === directory)) return;
  const options = bytes === undefined ? "mode=0755" : `mode=0755,size=${bytes}`;
  await runCommand(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory], {}, signal);
}
