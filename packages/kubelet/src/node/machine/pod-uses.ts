import { join } from "node:path";
import { type Pod, podQosClass } from "@skates/api/core/v1";
import { type Clock, deadline } from "@skates/component-base";
import type { PodUse } from "../../eviction/eviction-order.ts";
import type { Signal } from "../../eviction/thresholds.ts";
import { usageByPod } from "../../eviction/usage-by-pod.ts";
import { podContainers } from "../../pod/containers.ts";
import type { Runtime } from "../../runtime.ts";
import { type Cgroups, podCgroup } from "../host/cgroups.ts";
import type { NodePaths } from "../host/node-paths.ts";
import { podPaths } from "../pod-host/pod-paths.ts";
import { directoryUse, type DirectoryUse } from "./directory-bytes.ts";
import { hasImageDisk } from "./observe-node.ts";

export interface PodUsesDeps {
  readonly runtime: Runtime;
  readonly cgroups: Cgroups;
  readonly paths: NodePaths;
  readonly clock: Clock;
  pods(): readonly Pod[];
}

type Uses = ReadonlyMap<string, PodUse>;

/** To walk through all volumes may take long, and a node that is full cannot wait: what is not measured by then does not count. */
const WALK_MS_MAX = 20_000;

/** What each pod takes of what a signal is about. Walks through volumes for disks: only for when a pod has to go. */
export async function podUses(deps: PodUsesDeps, of: Signal, signal: AbortSignal): Promise<Uses> {
  switch (of) {
    case "memory.available":
      return summed(await usageByPod(deps.runtime, ({ workingSetBytes }) => workingSetBytes, signal));
    case "pid.available":
      return await processes(deps);
    case "nodefs.available":
    case "imagefs.available":
      return await diskUses(deps, { of, figure: "bytes" }, signal);
    case "nodefs.inodesFree":
    case "imagefs.inodesFree":
      return await diskUses(deps, { of, figure: "inodes" }, signal);
  }
}

function summed(uses: ReadonlyMap<string, ReadonlyMap<string, number>>): Uses {
  return new Map([...uses].map(([uid, containers]) => [uid, { total: sum(containers.values()), containers }]));
}

async function processes({ cgroups, paths, pods }: PodUsesDeps): Promise<Uses> {
  const out = new Map<string, PodUse>();
  for (const pod of pods()) {
    const { uid = "" } = pod.metadata;
    const pids = await cgroups.processes(podCgroup(paths.cgroupRoot, podQosClass(pod), uid));
    out.set(uid, { total: pids.length, containers: new Map() });
  }
  return out;
}

async function diskUses(
  { runtime, paths, clock, pods }: PodUsesDeps,
  { of, figure }: { readonly of: Signal; readonly figure: keyof DirectoryUse },
  signal: AbortSignal,
): Promise<Uses> {
  const apart = await hasImageDisk({ nodeDir: paths.kubeletDir, imageDir: paths.containerd.root });
  const ofImages = of.startsWith("imagefs");
  const layers = await usageByPod(
    runtime,
    ({ writableLayerBytes, writableLayerInodes }) => (figure === "bytes" ? writableLayerBytes : writableLayerInodes),
    signal,
  );
  using limit = deadline(clock, WALK_MS_MAX, signal);
  const measured = async (dir: string): Promise<number> => {
    if (limit.expired()) return 0;
    try {
      return (await directoryUse(dir, limit.signal))[figure];
    } catch (error) {
      if (limit.expired()) return 0;
      throw error;
    }
  };
  const files = podPaths(paths.kubeletDir);
  const out = new Map<string, PodUse>();
  for (const pod of pods()) {
    const { namespace = "", name, uid = "" } = pod.metadata;
    const layer = layers.get(uid);
    if (layer === undefined) continue;
    const logs = new Map<string, number>();
    for (const { container } of podContainers(pod)) {
      logs.set(container.name, await measured(join(paths.podLogsDir, `${namespace}_${name}_${uid}`, container.name)));
    }
    let volumes = 0;
    for (const volume of apart && ofImages ? [] : (pod.spec.volumes ?? [])) {
      if (volume.emptyDir === undefined || volume.emptyDir.medium === "Memory") continue;
      volumes += await measured(files.volume(uid, "empty-dir", volume.name));
    }
    const containers = new Map([...logs].map(([container, size]) => [container, size + (layer.get(container) ?? 0)]));
    const written = apart ? (ofImages ? sum(layer.values()) : sum(logs.values())) : sum(containers.values());
    out.set(uid, { total: written + volumes, containers });
  }
  return out;
}

function sum(numbers: Iterable<number>): number {
  return [...numbers].reduce((all, number) => all + number, 0);
}
