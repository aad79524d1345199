import { formatTime, isStatus } from "@skates/apimachinery";
import { type Binding, type Node, nodes, type Pod, type PodCondition, pods, toleratesTaint } from "@skates/api/core/v1";
import { targetNode } from "../daemon-set/daemon-pod.ts";
import { podReady } from "../pod/pod-state.ts";
import { addNode, startWorld, type World, type WorldOptions } from "./world.ts";

/** A world with nodes: their heartbeats, a scheduler that knows taints only, and kubelets that run what is bound to them. */
export interface Cluster {
  readonly world: World;
  /** Nodes whose kubelet does and says nothing. */
  readonly silent: Set<string>;
  /** What the kubelet makes of a pod that is not being deleted. Default: it is ready from the next second on. */
  run: (pod: Pod) => Pod | undefined;
  /** Lets `seconds` pass; `each` is called at the beginning of each. */
  pass(seconds: number, each?: (second: number) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const HEARTBEAT_SECONDS = 10;

/** Starts a cluster whose nodes are ready. */
export async function startCluster(
  names: readonly string[] = ["n1", "n2"],
  options: WorldOptions = {},
): Promise<Cluster> {
  const world = await startWorld(options);
  for (const name of names) await addNode(world, name);
  let address = 0;
  const cluster: Cluster = {
    world,
    silent: new Set(),
    run: (pod) => (podReady(pod) ? undefined : runningPod(pod, pod.status?.podIP ?? `10.244.0.${++address}`, world)),
    async pass(seconds, each) {
      for (let second = 0; second < seconds; second++) {
        await each?.(second);
        const all = await world.list(nodes);
        if (second % HEARTBEAT_SECONDS === 0) await beat(cluster, all);
        await schedule(cluster, all);
        await world.pass(1);
      }
    },
    stop: () => world.stop(),
  };
  world.kubelet = (pod) => {
    const { nodeName } = pod.spec;
    if (nodeName === undefined || cluster.silent.has(nodeName)) return undefined;
    return pod.metadata.deletionTimestamp === undefined ? cluster.run(pod) : "gone";
  };
  return cluster;
}

/** A pod that runs and is ready as of now; one that was ready already stays so. */
function runningPod(pod: Pod, podIP: string, { clock }: World): Pod {
  const ready: PodCondition = { type: "Ready", status: "True", lastTransitionTime: formatTime(clock.nowMs()) };
  const others = pod.status?.conditions?.filter(({ type }) => type !== "Ready") ?? [];
  const conditions = [...others, ready];
  const startTime = pod.status?.startTime ?? ready.lastTransitionTime;
  return { ...pod, status: { ...pod.status, phase: "Running", podIP, podIPs: [{ ip: podIP }], startTime, conditions } };
}

/** All but the silent say that they are ready. */
async function beat({ world, silent }: Cluster, all: readonly Node[]): Promise<void> {
  const now = formatTime(world.clock.nowMs());
  for (const { metadata, status } of all) {
    if (silent.has(metadata.name)) continue;
    const old = status?.conditions?.find(({ type }) => type === "Ready");
    const lastTransitionTime = old?.status === "True" ? old.lastTransitionTime : now;
    const ready = { type: "Ready", status: "True", reason: "KubeletReady", lastHeartbeatTime: now, lastTransitionTime };
    const addresses = [{ type: "InternalIP", address: "192.0.2.5" }];
    const patch = { type: "strategic", body: { status: { addresses, conditions: [ready] } } } as const;
    try {
      await world.client.resource(nodes).sub("status").patch({ name: metadata.name }, patch, {}, world.signal);
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error; // taken away meanwhile
    }
  }
}

/** Binds pods to the node that they name, else to the one with the fewest. */
async function schedule({ world, silent }: Cluster, all: readonly Node[]): Promise<void> {
  const known = await world.list(pods);
  const load = new Map<string, number>();
  for (const { spec } of known) load.set(spec.nodeName ?? "", (load.get(spec.nodeName ?? "") ?? 0) + 1);
  for (const pod of known) {
    if (pod.spec.nodeName !== undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const target = targetNode(pod);
    const fitting = all.filter(({ metadata: { name } }) => name === target || target === undefined);
    const open = fitting.filter((node) => !silent.has(node.metadata.name) && admits(node, pod));
    const [node] = open.sort((a, b) => (load.get(a.metadata.name) ?? 0) - (load.get(b.metadata.name) ?? 0));
    if (node === undefined) continue;
    load.set(node.metadata.name, (load.get(node.metadata.name) ?? 0) + 1);
    await bind(world, pod, node.metadata.name);
  }
}

function admits({ spec }: Node, pod: Pod): boolean {
  const hard = spec?.taints?.filter(({ effect }) => effect !== "PreferNoSchedule") ?? [];
  return hard.every((taint) => pod.spec.tolerations?.some((toleration) => toleratesTaint(toleration, taint)) === true);
}

async function bind({ client, signal }: World, { metadata }: Pod, node: string): Promise<void> {
  const { name, namespace } = metadata;
  const binding: Binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace },
    target: { apiVersion: "v1", kind: "Node", name: node },
  };
  try {
    await client.resource(pods).sub("binding").create(metadata, binding, {}, signal);
  } catch (error) {
    if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
  }
}
