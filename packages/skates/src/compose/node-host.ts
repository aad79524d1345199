import { messageOf } from "@skates/component-base";
import type { Env, TaskGroup } from "@skates/component-base";
import {
  allowPodForwarding,
  defaultRouteMtu,
  detectHost,
  ensurePauseImage,
  type Host,
  type MasqueradeRanges,
  type RunningContainerd,
  startContainerd,
  superviseContainerd,
  writeCni,
  writePodMasquerade,
} from "@skates/kubelet/node";
import type { ClusterConfig } from "../cluster/config.ts";
import type { Paths } from "../cluster/data-dir.ts";
import { failure } from "../cli/errors.ts";

export interface NodeHost {
  readonly host: Host;
  readonly containerd: RunningContainerd;
  /** Pods that come from now on get addresses of this part. The cluster gives another one to a node that was deleted and registers again. */
  usePodCidr(podCidr: string): void;
}

export interface NodeHostOptions {
  readonly paths: Paths;
  readonly config: ClusterConfig;
  /** The node's own part of the pods' range. */
  readonly podCidr: string;
  readonly env: Env;
}

/** Packet filter rules of the pod network are put back this often, should somebody have flushed them. */
const NETWORK_CHECK_MS = 60_000;

/** Gets the machine ready to run pods: container runtime, sandbox image, pod network. Keeps them so while the group runs. */
export async function prepareNodeHost(
  { paths, config, podCidr, env }: NodeHostOptions,
  group: TaskGroup,
): Promise<NodeHost> {
  const { signal } = group;
  const host = await detectHost({ dataDir: paths.dataDir }, signal);
  if (host.cniBinDir === undefined)
    throw failure("the CNI plugins are missing", "run 'skates up', which installs them");
  const options = {
    paths: paths.node,
    cniBinDir: host.cniBinDir,
    snapshotter: host.snapshotter,
    restrictOomScore: host.restrictOomScore,
    log: env.log,
  };
  const network = {
    podCidr,
    mtu: await defaultRouteMtu(),
    hostPorts: host.programs.iptables !== undefined,
  };
  await writeCni(paths.node, network);
  const [containerd] = await Promise.all([
    startContainerd(options, signal),
    writeRules(paths, { podCidr, clusterCidr: config.podCidr }, signal),
  ]);
  await ensurePauseImage(containerd, signal);
  env.log.info("container runtime is ready", { version: containerd.version, adopted: containerd.adopted });
  group.spawn((inner) => superviseContainerd(options, inner));
  let current = network;
  const keep = async (inner: AbortSignal): Promise<void> => {
    try {
      await writeRules(paths, { podCidr: current.podCidr, clusterCidr: config.podCidr }, inner);
    } catch (error) {
      if (inner.aborted) throw error;
      env.log.error("the pod network's rules could not be written", { error: messageOf(error) });
    }
  };
  group.spawn(async (inner) => {
    for (;;) {
      await env.clock.sleep(NETWORK_CHECK_MS, inner);
      await keep(inner);
    }
  });
  return {
    host,
    containerd,
    usePodCidr(next) {
      if (next === current.podCidr) return;
      env.log.info("the node has another part of the pods' addresses", { podCidr: next });
      current = { ...network, podCidr: next };
      group.spawn(async (inner) => {
        await writeCni(paths.node, current);
        await keep(inner);
      });
    },
  };
}

async function writeRules(paths: Paths, ranges: MasqueradeRanges, signal: AbortSignal): Promise<void> {
  await writePodMasquerade(paths.node, ranges, signal);
  await allowPodForwarding(paths.node, ranges.clusterCidr, signal);
}
