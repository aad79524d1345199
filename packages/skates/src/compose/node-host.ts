import { messageOf } from "@skates/component-base";
import type { Env, TaskGroup } from "@skates/component-base";
import {
  allowPodForwarding,
  defaultRouteMtu,
  detectHost,
  ensurePauseImage,
  type Host,
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
}

/** Packet filter rules of the pod network are put back this often, should somebody have flushed them. */
const NETWORK_CHECK_MS = 60_000;

/** Gets the machine ready to run pods: container runtime, sandbox image, pod network. Keeps them so while the group runs. */
export async function prepareNodeHost(
  paths: Paths,
  config: ClusterConfig,
  env: Env,
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
  const hostPorts = host.programs.iptables !== undefined;
  await writeCni(paths.node, { podCidr: nodePodCidr(config), mtu: await defaultRouteMtu(), hostPorts });
  const [containerd] = await Promise.all([startContainerd(options, signal), writeNetwork(paths, config, signal)]);
  await ensurePauseImage(containerd, signal);
  env.log.info("container runtime is ready", { version: containerd.version, adopted: containerd.adopted });
  group.spawn((inner) => superviseContainerd(options, inner));
  group.spawn((inner) => keepNetwork(paths, config, env, inner));
  return { host, containerd };
}

/** The node's own part of the pods' range: the first /24. */
export function nodePodCidr(config: ClusterConfig): string {
  return config.podCidr.replace(/\/\d+$/, "/24");
}

async function writeNetwork(paths: Paths, config: ClusterConfig, signal: AbortSignal): Promise<void> {
  await writePodMasquerade(paths.node, { podCidr: nodePodCidr(config), clusterCidr: config.podCidr }, signal);
  await allowPodForwarding(paths.node, config.podCidr, signal);
}

async function keepNetwork(paths: Paths, config: ClusterConfig, env: Env, signal: AbortSignal): Promise<void> {
  for (;;) {
    await env.clock.sleep(NETWORK_CHECK_MS, signal);
    try {
      await writeNetwork(paths, config, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      env.log.error("the pod network's rules could not be written", { error: messageOf(error) });
    }
  }
}
