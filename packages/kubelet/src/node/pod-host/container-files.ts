import { chmod, mkdir, open, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { VolumeDevice, VolumeMount } from "@skates/api/core/v1";
import { OperatingError } from "@skates/component-base";
import { expand } from "../../env/expand.ts";
import type { ContainerFiles, ContainerFilesRequest } from "../../pod-host.ts";
import { isHostNetwork } from "../../pod/containers.ts";
import type { ContainerDevice, ContainerMount } from "../../runtime.ts";
import type { SubPathPin } from "./pin-sub-path.ts";
import type { PodPaths } from "./pod-paths.ts";
import { resolveSubPath } from "./sub-path.ts";

const TERMINATION_LOG = "/dev/termination-log";
const HOSTS = "/etc/hosts";

/** Everything that is mounted into a container: its volumes, /etc/hosts, and the file for its last words. */
export async function containerFiles(
  request: ContainerFilesRequest,
  paths: PodPaths,
  pin: (part: SubPathPin) => Promise<string>,
): Promise<ContainerFiles> {
  const { pod, container } = request;
  const mounts: ContainerMount[] = [];
  const uid = pod.metadata.uid ?? "";
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const place = paths.subPath(uid, { volume: mount.name, container: container.name, index });
    mounts.push(await volumeMount(request, mount, (volume, path) => pin({ volume, path, target: place })));
  }
  const taken = (path: string): boolean => mounts.some((m) => m.containerPath === path);
  if (!taken(HOSTS)) mounts.push(plain(HOSTS, paths.etcHosts(uid), isHostNetwork(pod) ? false : readOnlyRoot(request)));
  const logPath = container.terminationMessagePath ?? TERMINATION_LOG;
  if (logPath !== "" && !taken(logPath)) {
    const file = await terminationLog(paths.container(uid, container.name), request.restartCount);
    mounts.push(plain(logPath, file, false));
  }
  const devices = (container.volumeDevices ?? []).map((device) => volumeDevice(request, device));
  return { mounts, devices };
}

function volumeDevice(
  { container, volumes }: ContainerFilesRequest,
  { name, devicePath }: VolumeDevice,
): ContainerDevice {
  const volume = volumes.get(name);
  if (volume?.device !== true) {
    throw new OperatingError(
      "VolumeMissing",
      `cannot find volume ${JSON.stringify(name)} to pass into container ${JSON.stringify(container.name)}`,
    );
  }
  return { containerPath: devicePath, hostPath: volume.hostPath, permissions: volume.readOnly ? "r" : "mrw" };
}

function readOnlyRoot({ container }: ContainerFilesRequest): boolean {
  return container.securityContext?.readOnlyRootFilesystem === true;
}

function plain(containerPath: string, hostPath: string, readOnly: boolean): ContainerMount {
  return { containerPath, hostPath, readOnly, propagation: "private" };
}

async function volumeMount(
  request: ContainerFilesRequest,
  mount: VolumeMount,
  pin: (volume: string, path: string) => Promise<string>,
): Promise<ContainerMount> {
  const volume = request.volumes.get(mount.name);
  if (volume === undefined || volume.device === true) {
    throw new OperatingError(
      "VolumeMissing",
      `cannot find volume ${JSON.stringify(mount.name)} to mount into container ${JSON.stringify(request.container.name)}`,
    );
  }
  const subPath = subPathOf(mount, request.env);
  const hostPath =
    subPath === ""
      ? volume.hostPath
      : await pin(await realpath(volume.hostPath), await resolveSubPath(volume.hostPath, subPath));
  return {
    containerPath: mount.mountPath.startsWith("/") ? mount.mountPath : `/${mount.mountPath}`,
    hostPath,
    readOnly: mount.readOnly === true || volume.readOnly,
    ...(mount.readOnly === true && isRecursive(mount) && request.recursiveReadOnly ? { recursiveReadOnly: true } : {}),
    propagation:
      mount.mountPropagation === "Bidirectional"
        ? "bidirectional"
        : mount.mountPropagation === "HostToContainer"
          ? "hostToContainer"
          : "private",
  };
}

function isRecursive({ recursiveReadOnly }: VolumeMount): boolean {
  return recursiveReadOnly === "Enabled" || recursiveReadOnly === "IfPossible";
}

function subPathOf(mount: VolumeMount, env: ContainerFilesRequest["env"]): string {
  if (mount.subPathExpr === undefined || mount.subPathExpr === "") return mount.subPath ?? "";
  const path = expand(mount.subPathExpr, new Map(env));
  if (path.includes("$(")) {
    throw new OperatingError("SubPathRefused", `missing value for ${JSON.stringify(mount.subPathExpr)} in subPathExpr`);
  }
  return path;
}

/** A fresh, empty file that the container may write to, whoever it runs as. */
async function terminationLog(folder: string, restartCount: number): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const file = join(folder, `termination-${restartCount}`);
  await (await open(file, "w", 0o666)).close();
  await chmod(file, 0o666);
  return file;
}
