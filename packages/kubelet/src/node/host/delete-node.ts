import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode, type Logger, OperatingError } from "@skates/component-base";
import { cgroupMounts } from "./cgroup-mounts.ts";
import { type Cgroups, openCgroups } from "./cgroups.ts";
import { removeCni } from "./cni.ts";
import { stopContainerd } from "./containerd.ts";
import { removeHostPortRules, removePodLinks } from "./delete-network.ts";
import { listMounts, unmountBelow } from "./mounts.ts";
import type { NodePaths } from "./node-paths.ts";
import { removePodForwarding } from "./pod-forwarding.ts";
import { removeTables } from "./pod-masquerade.ts";
import { descendants, listProcesses, type Process, processEnded, sendSignal } from "./processes.ts";
import { entriesOf, removeEmpty, removeShimSockets, textOf } from "./leftover-files.ts";

/** What clearing a node away took with it. */
export interface DeletedNode {
  readonly processes: number;
  readonly mounts: number;
  readonly tables: readonly string[];
}

/** Where the CNI library keeps results, whatever the runtime's configuration says. */
const CNI_RESULTS_DIR = "/var/lib/cni/results";
const END_TIMEOUT_MS = 10_000;

/**
 * Ends every container of a node and its containerd, and removes what they left on the machine: mounts, network
 * namespaces, interfaces, nftables tables, cgroups and files, those of the kubelet included. Works on what it finds, so
 * it also clears up after a crash, and calling it again is harmless. Skates' own processes must have ended before; the
 * data directory keeps what is not the node's. Throws before removing any file if something is still mounted there.
 */
export async function deleteNodeState(paths: NodePaths, log: Logger, signal: AbortSignal): Promise<DeletedNode> {
  await stopContainerd(paths, signal);
  const mounts = cgroupMounts(await listMounts());
  const cgroups = openCgroups(mounts);
  const inside = await containerCgroups(
    paths,
    mounts.hierarchies.map(({ dir }) => dir),
  );
  const processes = await endContainers(paths, inside, cgroups, signal);
  await removeShimSockets(paths);
  const addresses = await podAddresses(paths);
  const dirs = nodeDirs(paths);
  const unmounted = await unmountBelow(dirs, signal);
  await removePodLinks(addresses, signal);
  await removeHostPortRules(paths.id, signal);
  await removePodForwarding(paths, signal);
  const tables = await removeTables(paths.id, signal);
  await removeCgroups(paths, inside, cgroups);
  await removeCniResults(paths);
  await removeCni(paths);
  for (const dir of dirs) await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  if (!paths.standard) await removeEmpty([dirname(paths.podLogsDir)]);
  log.info("node cleared", { processes, mounts: unmounted.length, tables: tables.length });
  return { processes, mounts: unmounted.length, tables };
}

/** Folders that are wholly the node's. */
function nodeDirs(paths: NodePaths): readonly string[] {
  const { containerd, kubeletDir, volumesDir, podLogsDir, containerLogsDir, dataDir } = paths;
  const short = containerd.shortDir === undefined ? [] : [containerd.shortDir];
  return [containerd.dir, join(dataDir, "cni"), kubeletDir, volumesDir, podLogsDir, containerLogsDir, ...short];
}

/** Kills shims and all that runs under them or in their containers' cgroups, until nothing of it is left. */
async function endContainers(
  paths: NodePaths,
  inside: readonly string[],
  cgroups: Cgroups,
  signal: AbortSignal,
): Promise<number> {
  const killed = new Set<number>();
  const until = performance.now() + END_TIMEOUT_MS;
  for (;;) {
    const targets = await containerProcesses(paths, inside, cgroups);
    if (targets.length === 0) return killed.size;
    for (const { pid } of targets) {
      sendSignal(pid, "SIGKILL");
      killed.add(pid);
    }
    for (const target of targets) await processEnded(target, 1_000, signal);
    if (performance.now() < until) continue;
    const left = targets.map(({ pid, args }) => `${pid} (${args[0] ?? "?"})`).join(", ");
    throw new OperatingError("ProcessesLeft", `these processes do not end even on SIGKILL: ${left}`);
  }
}

/** Children before shims, which would otherwise leave them to process 1, out of our sight. */
async function containerProcesses(
  paths: NodePaths,
  inside: readonly string[],
  cgroups: Cgroups,
): Promise<readonly Process[]> {
  const all = await listProcesses();
  const shims = all.filter(({ args }) => isShim(args, paths.containerd.socket));
  const inCgroups = new Set<number>();
  for (const path of inside) {
    for (const pid of await cgroups.processes(path)) inCgroups.add(pid);
  }
  const below = new Set(
    descendants(
      all,
      shims.map(({ pid }) => pid),
    ).map(({ pid }) => pid),
  );
  const contained = all.filter(({ pid }) => below.has(pid) || inCgroups.has(pid));
  return [...contained, ...shims.filter(({ pid }) => !inCgroups.has(pid) && !below.has(pid))];
}

/** True for the command line of a shim that belongs to the containerd of this socket. */
export function isShim(args: readonly string[], socket: string): boolean {
  const address = args.indexOf("-address");
  return /(^|\/)containerd-shim[^/]*$/.test(args[0] ?? "") && address > 0 && args[address + 1] === socket;
}

/** The cgroups of our containers as runc noted them; our top cgroup too where no other kubelet can share its name. */
async function containerCgroups(paths: NodePaths, hierarchies: readonly string[]): Promise<readonly string[]> {
  const found = new Set(paths.standard ? [] : [paths.cgroupRoot]);
  const dir = join(paths.containerd.state, "runc", "k8s.io");
  for (const id of await entriesOf(dir)) {
    const text = await textOf(join(dir, id, "state.json"));
    for (const path of text === undefined ? [] : parseRuncCgroups(text, hierarchies)) found.add(path);
  }
  return [...found];
}

/** A container's cgroup, without the hierarchies' own folders, from runc's `state.json`; none if that is broken. */
export function parseRuncCgroups(text: string, hierarchies: readonly string[]): readonly string[] {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    return []; // written while the power went off: what it described is gone with it
  }
  const named = typeof state === "object" && state !== null && "cgroup_paths" in state ? state.cgroup_paths : {};
  const values: readonly unknown[] = typeof named === "object" && named !== null ? Object.values(named) : [];
  const longestFirst = [...hierarchies].sort((a, b) => b.length - a.length);
  const inside = values.flatMap((path) => {
    const dir = longestFirst.find((each) => typeof path === "string" && path.startsWith(`${each}/`));
    return typeof path === "string" && dir !== undefined ? [path.slice(dir.length + 1)] : [];
  });
  return [...new Set(inside)];
}

/** A top cgroup with upstream's name may be shared with another kubelet: then what is busy stays. */
async function removeCgroups(paths: NodePaths, inside: readonly string[], cgroups: Cgroups): Promise<void> {
  for (const path of inside) await cgroups.remove(path);
  try {
    await cgroups.remove(paths.cgroupRoot);
  } catch (error) {
    if (!paths.standard || !hasCode(error, "CgroupBusy")) throw error;
  }
}

/** Results that the CNI library keeps for plugins; ours name our network or a network namespace in our state. */
async function removeCniResults(paths: NodePaths): Promise<void> {
  for (const name of await entriesOf(CNI_RESULTS_DIR)) {
    const file = join(CNI_RESULTS_DIR, name);
    const ours = name.startsWith(`skates-${paths.id}-`) || (await textOf(file))?.includes(`${paths.containerd.state}/`);
    if (ours === true) await rm(file, { force: true });
  }
  await removeEmpty([CNI_RESULTS_DIR, "/var/lib/cni"]);
}

/** The addresses of pods, which the host-local plugin keeps as file names. */
async function podAddresses(paths: NodePaths): Promise<readonly string[]> {
  const names = await entriesOf(join(paths.cniStateDir, `skates-${paths.id}`));
  return names.filter((name) => /^\d+\.\d+\.\d+\.\d+$/.test(name));
}
