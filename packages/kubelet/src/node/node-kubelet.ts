import { mkdir, realpath, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Handler } from "@skates/apimachinery";
import { isPodTerminal } from "@skates/api/core/v1";
import type { Client } from "@skates/client";
import { type Env, must, type TaskGroup } from "@skates/component-base";
import { type ServeOptions, type ServerTls, serveHandler } from "@skates/transport/node";
import { ImageCollector } from "../image/image-collector.ts";
import { createKubelet, type Kubelet, type KubeletParts } from "../kubelet.ts";
import type { Pressure } from "../node-status/machine.ts";
import type { NodeSettings } from "../node-status/node-object.ts";
import type { Runtime } from "../runtime.ts";
import { apiReviews, kubeletAccess } from "../server/kubelet-access.ts";
import { kubeletHandler } from "../server/kubelet-handler.ts";
import { statsPages } from "../server/stats.ts";
import type { ClusterDns } from "../spec/dns.ts";
import { LocalEvictor } from "../eviction/local-evictor.ts";
import { type EvictionSettings, NodeEvictor } from "../eviction/node-evictor.ts";
import { NO_PRESSURE } from "../eviction/pressure-state.ts";
import { type Cgroups, openCgroups } from "./host/cgroups.ts";
import { cgroupMounts } from "./host/cgroup-mounts.ts";
import { CsiDrivers } from "./csi/csi-drivers.ts";
import type { CsiVolumes } from "./csi/csi-volumes.ts";
import { VolumeMeter } from "./csi/volume-meter.ts";
import { DraDrivers } from "./dra/dra-drivers.ts";
import { nodeDeviceClaims } from "./dra/node-device-claims.ts";
import { listMounts, shareMounts } from "./host/mounts.ts";
import type { NodePaths } from "./host/node-paths.ts";
import { fileLogReader } from "./logs/log-reader.ts";
import { runLogRotator } from "./logs/log-rotator.ts";
import { appArmorEnabled, machineInfo } from "./machine/machine-info.ts";
import { hasImageDisk, observeNode } from "./machine/observe-node.ts";
import { podUses } from "./machine/pod-uses.ts";
import { nodeStats } from "./machine/node-stats.ts";
import { directoryBytes } from "./machine/directory-bytes.ts";
import { localDirectories } from "./pod-host/local-directories.ts";
import { podPaths } from "./pod-host/pod-paths.ts";
import { nodePodHost } from "./pod-host/node-pod-host.ts";
import { runPlugins } from "./plugins/run-plugins.ts";
import { nodeProbeNetwork } from "./probes/node-probe-network.ts";
import { runtimeStreams } from "./streams/pod-streams.ts";

export interface NodeKubeletOptions {
  readonly settings: Omit<NodeSettings, "kubeletPort" | "thresholds">;
  readonly eviction: EvictionSettings;
  /** Under the identity of the node. */
  readonly client: Client;
  readonly env: Env;
  readonly runtime: Runtime;
  readonly paths: NodePaths;
  readonly dns: ClusterDns;
  /** Containers that ask for no seccomp profile get the runtime's; default: none, as upstream. */
  readonly seccompDefault?: boolean | undefined;
  /** As in `KubeletOptions`. */
  readonly unsafeSysctls?: readonly string[] | undefined;
  /** How many processes and threads a pod may have; default: as many as the machine. */
  readonly podMaxPids?: number | undefined;
  /** The certificate of the node, and the CA of those who may call. */
  readonly tls: ServerTls;
  /** Called once with what takes another certificate and CA while the kubelet runs. */
  readonly onTls?: ((replace: (tls: ServerTls) => void) => void) | undefined;
  /** Where its API listens. Port 0: a free one, which the Node object tells. */
  readonly listen: Pick<ServeOptions, "address" | "port" | "policy">;
}

/** The kubelet of this machine with all that belongs to it: its API, log rotation, image collection. */
export function createNodeKubelet(options: NodeKubeletOptions): Kubelet {
  let kubelet: Kubelet | undefined;
  return {
    name: "kubelet",
    ready: () => kubelet?.ready() ?? false,
    pods: () => kubelet?.pods() ?? [],
    async run(signal) {
      const { env, listen, tls } = options;
      let handler: Handler | undefined;
      const serving = await serveHandler({
        handler: (request) => (handler === undefined ? Promise.resolve(NOT_YET) : handler(request)),
        tls,
        ...listen,
        log: env.log,
        clock: env.clock,
      });
      options.onTls?.((next) => serving.replaceTls(next));
      try {
        await mkdir(options.paths.kubeletDir, { recursive: true, mode: 0o750 });
        await shareMounts(await realpath(options.paths.kubeletDir), signal);
        kubelet = await assemble(options, serving.port, (ready) => {
          handler = ready;
        });
        await kubelet.run(signal);
      } finally {
        await serving.close();
      }
    },
  };
}

const NOT_YET = {
  status: 503,
  headers: {},
  body: { kind: "bytes", mediaType: "text/plain", chunks: [new TextEncoder().encode("kubelet is starting")] },
} as const;

async function assemble(
  options: NodeKubeletOptions,
  kubeletPort: number,
  serve: (handler: Handler) => void,
): Promise<Kubelet> {
  const { settings, client, env, runtime, paths, dns } = options;
  const cgroups = openCgroups(cgroupMounts(await listMounts()));
  const directories = localDirectories(paths.volumesDir);
  const csiDrivers = new CsiDrivers();
  const draDrivers = new DraDrivers();
  let csi: CsiVolumes | undefined;
  let pressure = NO_PRESSURE;
  const seen = (now: Pressure) => {
    pressure = now;
  };
  return createKubelet({
    settings: {
      ...settings,
      thresholds: options.eviction.thresholds,
      kubeletPort,
      localVolumesDir: paths.volumesDir,
    },
    machine: await machineInfo(paths.dataDir),
    client,
    env,
    runtime,
    unsafeSysctls: options.unsafeSysctls,
    host: nodePodHost({
      paths,
      cgroups,
      podMaxPids: options.podMaxPids,
      clusterDomain: dns.domain,
      localDirectories: directories,
      nodeName: settings.name,
      clock: env.clock,
      csiDrivers,
      onCsi: (volumes) => {
        csi = volumes;
      },
    }),
    localDirectories: directories,
    deviceClaims: ({ references }) =>
      nodeDeviceClaims({ drivers: draDrivers, references, checkpoint: join(paths.kubeletDir, "dra_manager_state") }),
    network: nodeProbeNetwork,
    dns,
    appArmor: await appArmorEnabled(),
    seccomp: { byDefault: options.seccompDefault ?? false, root: join(paths.kubeletDir, "seccomp") },
    pressure: () => pressure,
    alongside: (parts, tasks) => {
      const volumes = must(csi, "CSI volumes");
      const { clock, log } = env;
      const meter = new VolumeMeter({ volumes: () => volumes.all(), drivers: csiDrivers, clock, log });
      workAlongside(options, parts, { cgroups, tasks, serve, meter, seen });
      tasks.spawn((signal) => meter.run(signal));
      const csiParts = { drivers: csiDrivers, volumes };
      tasks.spawn((signal) => runPlugins(options, { csi: csiParts, dra: draDrivers }, signal));
    },
  });
}

interface Alongside {
  readonly cgroups: Cgroups;
  readonly tasks: TaskGroup;
  readonly meter: VolumeMeter;
  serve(handler: Handler): void;
  /** Takes what the node is short of. */
  seen(pressure: Pressure): void;
}

function workAlongside(
  options: NodeKubeletOptions,
  parts: KubeletParts,
  { cgroups, tasks, serve, meter, seen }: Alongside,
): void {
  const { env, paths, settings } = options;
  const { clock, log, metrics } = env;
  const { pods, runtime } = parts;
  const files = podPaths(paths.kubeletDir);
  const stats = {
    nodeName: settings.name,
    pods,
    runtime,
    clock,
    metrics,
    nodeStats: nodeStats(cgroups, paths.dataDir),
    volumes: () => meter.uses(),
  };
  serve(
    kubeletHandler({
      pods,
      clock,
      access: kubeletAccess({ reviews: apiReviews(options.client, settings.name), clock }),
      logs: fileLogReader(clock),
      streams: runtimeStreams(runtime, clock),
      stats: statsPages(stats),
    }),
  );
  const collector = new ImageCollector({
    runtime,
    clock,
    log,
    diskPercent: () => diskPercent(paths.containerd.root),
    used: () => pods.imagesInUse(),
  });
  tasks.spawn((signal) => collector.run(signal));
  // Init containers take memory and disk too: their pods are still pending.
  const active = () => pods.pods().filter((pod) => !isPodTerminal(pod));
  const uses = { runtime, cgroups, paths, clock, pods: active };
  const evictions = metrics.counter({
    name: "kubelet_evictions",
    help: "Pods that were evicted, by the signal that they went for.",
    labels: ["eviction_signal"],
  });
  const node = new NodeEvictor({
    settings: options.eviction,
    clock,
    log,
    pods: active,
    observe: () => observeNode({ nodeDir: paths.kubeletDir, imageDir: paths.containerd.root }),
    uses: (of, signal) => podUses(uses, of, signal),
    reclaim: async (of, signal) => {
      const disks = { nodeDir: paths.kubeletDir, imageDir: paths.containerd.root };
      const ofDisk = of.startsWith("imagefs") || (of.startsWith("nodefs") && !(await hasImageDisk(disks)));
      if (!ofDisk) return false;
      await pods.removeDead(signal);
      await collector.collect(signal, "all");
      return true;
    },
    evict: (pod, message, graceSeconds) => pods.evict(pod, message, { forOthers: true, graceSeconds }),
    evicted: (of) => evictions.inc([of]),
    hasEnded: ({ metadata: { uid = "" } }) => pods.hasEnded(uid),
    begins: (scarce) => parts.tell("Warning", "EvictionThresholdMet", `Attempting to reclaim ${scarce}`),
    seen: (pressure) => {
      seen(pressure);
      parts.node.pressureSeen();
    },
  });
  tasks.spawn((signal) => node.run(signal));
  const evictor = new LocalEvictor({
    runtime,
    clock,
    log,
    pods: active,
    volumeBytes: ({ metadata }, volume, signal) =>
      directoryBytes(files.volume(metadata.uid ?? "", "empty-dir", volume), signal),
    logBytes: ({ metadata: { namespace = "", name, uid = "" } }, container, signal) =>
      directoryBytes(join(paths.podLogsDir, `${namespace}_${name}_${uid}`, container), signal),
    evict: (pod, message) => void pods.evict(pod, message, { forOthers: false }),
  });
  tasks.spawn((signal) => evictor.run(signal));
  tasks.spawn((signal) => runLogRotator({ pods, runtime, clock, log }, signal));
}

async function diskPercent(dir: string): Promise<number> {
  const { blocks, bavail } = await statfs(dir);
  return blocks === 0 ? 0 : ((blocks - bavail) / blocks) * 100;
}
