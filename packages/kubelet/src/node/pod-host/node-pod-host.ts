import { mkdir, open, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Pod, podQosClass, type QosClass } from "@skates/api/core/v1";
import { type Clock, hasCode, messageOf, OperatingError } from "@skates/component-base";
import type { KubeletErrorCode } from "../../errors.ts";
import type { HostDeps } from "../../kubelet.ts";
import type { LocalDirectories } from "../../local-volumes.ts";
import type { ContainerFiles, ContainerFilesRequest, MountedVolume, MountedVolumes, PodHost } from "../../pod-host.ts";
import { isHostNetwork } from "../../pod/containers.ts";
import { POD_NAME, POD_NAMESPACE } from "../../pod/labels.ts";
import type { IdRange, RuntimeContainer } from "../../runtime.ts";
import { hostNetworkHostsFile, hostsFile, podNames } from "../../spec/hostname.ts";
import { podLimits } from "./pod-limits.ts";
import { type Cgroups, podCgroup } from "../host/cgroups.ts";
import { sendSignal } from "../host/processes.ts";
import { unmountBelow } from "../host/mounts.ts";
import type { NodePaths } from "../host/node-paths.ts";
import { CsiDrivers } from "../csi/csi-drivers.ts";
import { csiPaths } from "../csi/csi-paths.ts";
import { CsiVolumes } from "../csi/csi-volumes.ts";
import { openLog } from "../logs/open-log.ts";
import { containerFiles } from "./container-files.ts";
import { mountVolume } from "./mount-volume.ts";
import { pinSubPath } from "./pin-sub-path.ts";
import { readUserIds, writeUserIds } from "./user-ids.ts";
import { type PodPaths, podPaths } from "./pod-paths.ts";

export interface NodePodHostOptions {
  readonly paths: Pick<NodePaths, "kubeletDir" | "podLogsDir" | "containerLogsDir" | "cgroupRoot">;
  readonly cgroups: Cgroups;
  readonly clusterDomain: string;
  /** Absent: no limit but the machine's. */
  readonly podMaxPids?: number | undefined;
  readonly localDirectories: LocalDirectories;
  readonly nodeName: string;
  readonly clock: Clock;
  /** The CSI drivers that are registered; default: there never is one. */
  readonly csiDrivers?: CsiDrivers | undefined;
  /** Given the CSI volumes once, for those who tell it of drivers that come. */
  readonly onCsi?: ((volumes: CsiVolumes) => void) | undefined;
}

/** The longest last words that are kept, and the longest part of a log that stands in for them, as upstream. */
const MESSAGE_BYTES_MAX = 4096;
const LOG_BYTES_MAX = 2048;
const LOG_LINES_MAX = 80;
/** Failures of volumes whose messages say what was tried. */
const TOLD_WHOLE = ["ClaimNotReady", "CsiVolumeFailed", "VolumeMapFailed"];
const CLASSES: readonly QosClass[] = ["Guaranteed", "Burstable", "BestEffort"];
const LOG_NAME_MAX = 251;

/** The node's side of pods on this machine. */
export function nodePodHost(options: NodePodHostOptions): (deps: HostDeps) => PodHost {
  return (deps) => new NodePodHost(options, deps);
}

class NodePodHost implements PodHost {
  readonly #options: NodePodHostOptions;
  readonly #deps: HostDeps;
  readonly #paths: PodPaths;
  readonly #csi: CsiVolumes;

  constructor(options: NodePodHostOptions, deps: HostDeps) {
    this.#options = options;
    this.#deps = deps;
    const { paths, csiDrivers = new CsiDrivers(), nodeName, clock } = options;
    this.#paths = podPaths(paths.kubeletDir);
    this.#csi = new CsiVolumes({
      paths: csiPaths(paths.kubeletDir, this.#paths),
      pods: this.#paths.pods,
      drivers: csiDrivers,
      nodeName,
      clock,
      references: deps.references,
      status: deps.status,
      recorder: deps.recorder,
      grown: deps.grown,
    });
    options.onCsi?.(this.#csi);
  }

  cgroupParent(pod: Pod): string {
    return `/${podCgroup(this.#options.paths.cgroupRoot, podQosClass(pod), pod.metadata.uid ?? "")}`;
  }

  logDirectory(pod: Pod): string {
    const { namespace = "", name, uid = "" } = pod.metadata;
    return this.#logDirectoryOf({ namespace, name, uid });
  }

  #logDirectoryOf({
    namespace,
    name,
    uid,
  }: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  }): string {
    return join(this.#options.paths.podLogsDir, `${namespace}_${name}_${uid}`);
  }

  async setUpPod(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    const limits = { ...podLimits(pod), processes: this.#options.podMaxPids };
    const directories = Promise.all([
      mkdir(join(this.#paths.pod(uid), "volumes"), { recursive: true, mode: 0o750 }),
      mkdir(this.logDirectory(pod), { recursive: true, mode: 0o755 }),
    ]);
    await Promise.all([
      told("PodDirectoriesFailed", "error making pod data directories", directories),
      told(
        "PodCgroupFailed",
        "unable to ensure pod container exists",
        this.#options.cgroups.ensure(this.cgroupParent(pod).slice(1), limits),
      ),
    ]);
  }

  async mountVolumes(pod: Pod, signal: AbortSignal): Promise<MountedVolumes> {
    const byName = new Map<string, MountedVolume>();
    let renewAtMs: number | undefined;
    for (const volume of pod.spec.volumes ?? []) {
      const directories = this.#options.localDirectories;
      const { recorder } = this.#deps;
      const request = { pod, volume, paths: this.#paths, sources: this.#deps, directories, csi: this.#csi, recorder };
      const mounted = await mountVolume(request, signal).catch((error: unknown) => {
        if (signal.aborted || TOLD_WHOLE.some((code) => hasCode(error, code))) throw error;
        throw new Error(`MountVolume.SetUp failed for volume ${JSON.stringify(volume.name)} : ${messageOf(error)}`);
      });
      byName.set(volume.name, mounted.volume);
      if (mounted.renewAtMs !== undefined)
        renewAtMs = Math.min(renewAtMs ?? Number.POSITIVE_INFINITY, mounted.renewAtMs);
    }
    return { byName, renewAtMs };
  }

  async containerFiles(request: ContainerFilesRequest, signal: AbortSignal): Promise<ContainerFiles> {
    await this.#writeHosts(request.pod, request.podIps);
    return containerFiles(request, this.#paths, (part) => pinSubPath(part, signal));
  }

  async #writeHosts(pod: Pod, podIps: readonly string[]): Promise<void> {
    const text = isHostNetwork(pod)
      ? hostNetworkHostsFile(pod, await readFile("/etc/hosts", "utf8").catch(() => "127.0.0.1\tlocalhost\n"))
      : hostsFile(pod, podNames(pod, this.#options.clusterDomain), podIps);
    const file = this.#paths.etcHosts(pod.metadata.uid ?? "");
    const known = await readFile(file, "utf8").catch(() => undefined); // not there yet
    // In place: containers that run have this very file mounted.
    if (known !== text) await writeFile(file, text, { mode: 0o644 });
  }

  async linkLog(_pod: Pod, container: RuntimeContainer): Promise<void> {
    const folder = this.#options.paths.containerLogsDir;
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const { [POD_NAME]: pod = "", [POD_NAMESPACE]: namespace = "" } = container.labels;
    const suffix = `_${namespace}_${container.name}-${container.id}.log`;
    const link = join(folder, `${pod.slice(0, LOG_NAME_MAX - suffix.length)}${suffix}`);
    const draft = `${link}.new`;
    await rm(draft, { force: true });
    await symlink(container.logPath, draft);
    await rename(draft, link);
  }

  async terminationMessage(container: RuntimeContainer): Promise<string> {
    const { path, policy } = terminationOf(container);
    const file = container.mounts.find((mount) => mount.containerPath === path)?.hostPath;
    const words = file === undefined ? "" : await tail(file, MESSAGE_BYTES_MAX);
    if (words !== "" || policy !== "FallbackToLogsOnError" || container.exitCode === 0) return words;
    const text = logText(await tail(container.logPath, LOG_BYTES_MAX * 2, openLog));
    return text.split("\n").slice(-LOG_LINES_MAX).join("\n").slice(-LOG_BYTES_MAX);
  }

  async userIds(uid: string): Promise<IdRange | undefined> {
    return await readUserIds(this.#paths.pod(uid));
  }

  async keepUserIds(uid: string, ids: IdRange): Promise<void> {
    await writeUserIds(this.#paths.pod(uid), ids);
  }

  async tearDownPod(uid: string, signal: AbortSignal): Promise<void> {
    const folder = this.#paths.pod(uid);
    await this.#csi.unmountPod(uid, signal);
    await unmountBelow([folder], signal);
    await rm(folder, { recursive: true, force: true });
    for (const qos of CLASSES) await this.#removeCgroup(podCgroup(this.#options.paths.cgroupRoot, qos, uid));
  }

  /** What the runtime has lost sight of would keep the pod for ever. Processes that have only just been ended may still make it throw. */
  async #removeCgroup(path: string): Promise<void> {
    const { cgroups } = this.#options;
    for (const pid of await cgroups.processes(path)) sendSignal(pid, "SIGKILL");
    await cgroups.remove(path);
  }

  async removeLogs(pod: { readonly namespace: string; readonly name: string; readonly uid: string }): Promise<void> {
    const folder = this.#logDirectoryOf(pod);
    await rm(folder, { recursive: true, force: true });
    const links = this.#options.paths.containerLogsDir;
    const prefix = `${pod.name}_${pod.namespace}_`;
    for (const name of await readdir(links).catch(() => [])) {
      if (name.startsWith(prefix) && (await isDangling(join(links, name))))
        await rm(join(links, name), { force: true });
    }
  }

  volumesInUse(): Promise<readonly string[]> {
    return this.#csi.inUse();
  }

  async podUids(): Promise<readonly string[]> {
    const fromFolders = await readdir(this.#paths.pods).catch((error: unknown): readonly string[] => {
      if (hasCode(error, "ENOENT")) return [];
      throw error;
    });
    return fromFolders;
  }
}

function terminationOf({ annotations }: RuntimeContainer): { readonly path: string; readonly policy: string } {
  return {
    path: annotations["io.kubernetes.container.terminationMessagePath"] ?? "",
    policy: annotations["io.kubernetes.container.terminationMessagePolicy"] ?? "",
  };
}

/** The end of a file; empty if it is not there. */
async function tail(path: string, bytes: number, opening = (p: string) => open(p, "r")): Promise<string> {
  if (path === "") return "";
  const file = await opening(path).catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const length = Math.min(size, bytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString("utf8");
  } finally {
    await file.close();
  }
}

/** What containers wrote, without the time, stream and tag that each line of a CRI log starts with. */
function logText(text: string): string {
  const pattern = /^\S+ (?:stdout|stderr) [FP](?::\S*)? ?/;
  return text
    .split("\n")
    .filter((line) => pattern.test(line))
    .map((line) => line.replace(pattern, ""))
    .join("\n");
}

async function isDangling(link: string): Promise<boolean> {
  return open(link, "r").then(
    async (file) => {
      await file.close();
      return false;
    },
    (error: unknown) => hasCode(error, "ENOENT"),
  );
}

async function told(code: KubeletErrorCode, what: string, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw new OperatingError(code, `${what}: ${messageOf(error)}`);
  }
}
