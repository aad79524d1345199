/** Scheduler: decisions per second of CPU, by kind of pod and size of cluster; and the cost of a message port per event. */
import { performance } from "node:perf_hooks";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { builtinResources } from "@skates/api";
import { type Node, type Pod, Pod as PodStruct, pods } from "@skates/api/core/v1";
import { type Encoded, type EncodedEvent, encodeJson } from "@skates/apimachinery";
import { clientFor, portHandler, servePort } from "@skates/client";
import { seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { Cluster, defaultPlugins, Framework, podInfoOf, profileOf } from "@skates/kube-scheduler";

const never = new AbortController().signal;

function node(i: number): Node {
  const allocatable = { cpu: "16", memory: "64Gi", pods: "110" };
  const labels = { "kubernetes.io/hostname": `node-${i}`, "topology.kubernetes.io/zone": `zone-${i % 10}` };
  return { apiVersion: "v1", kind: "Node", metadata: { name: `node-${i}`, labels }, spec: {}, status: { allocatable } };
}

function pod(i: number, spec: Partial<Pod["spec"]>): Pod {
  const app = `app-${i % 20}`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${i}`, namespace: "default", uid: `uid-${i}`, labels: { app } },
    spec: {
      schedulerName: "default-scheduler",
      containers: [{ name: "main", image: "app:v1", resources: { requests: { cpu: "100m", memory: "500Mi" } } }],
      ...spec,
    },
  };
}

type Shape = (i: number) => Partial<Pod["spec"]>;

const zone = "topology.kubernetes.io/zone";
const SHAPES: Readonly<Record<string, Shape>> = {
  "plain pods": () => ({}),
  "plain pods, each asking for another amount": (i) => ({
    containers: [{ name: "main", image: "app:v1", resources: { requests: { cpu: `${100 + (i % 900)}m` } } }],
  }),
  "preferred node affinity": () => ({
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 1,
            preference: { matchExpressions: [{ key: zone, operator: "In", values: ["zone-1", "zone-2"] }] },
          },
        ],
      },
    },
  }),
  "required anti-affinity to its own kind": (i) => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: `app-${i % 20}` } } },
        ],
      },
    },
  }),
  "required affinity to its own kind": (i) => ({
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: zone, labelSelector: { matchLabels: { app: `app-${i % 20}` } } },
        ],
      },
    },
  }),
  "spread over zones": (i) => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: zone,
        whenUnsatisfiable: "DoNotSchedule",
        labelSelector: { matchLabels: { app: `app-${i % 20}` } },
      },
    ],
  }),
};

/** Decides and assumes, as the scheduler does, without an API server. */
function decide(name: string, nodes: number, count: number): void {
  const shape = SHAPES[name] ?? (() => ({}));
  const cluster = new Cluster();
  for (let i = 0; i < nodes; i++) cluster.setNode(node(i));
  const framework = new Framework({
    profile: profileOf("default-scheduler", defaultPlugins()),
    snapshot: cluster,
    random: seededRandom(1),
  });
  const waiting = Array.from({ length: count }, (_, i) => pod(i, shape(i)));
  const cpu = process.cpuUsage();
  let placed = 0;
  for (const one of waiting) {
    const info = podInfoOf(one);
    const decision = framework.decide(info);
    if (!("node" in decision)) continue;
    cluster.assume(info, decision.node.name);
    placed++;
  }
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (user + system) / 1e6;
  const rate = Math.round(count / seconds);
  const each = ((seconds / count) * 1e6).toFixed(0);
  console.log(
    `${name.padEnd(44)} ${String(nodes).padStart(6)} nodes ${String(rate).padStart(8)}/s of CPU ${each.padStart(6)} us each, ${placed} placed`,
  );
}

/** What an event of a pod costs the server's thread to send, and in all until it is decoded in a worker. */
async function port(events: number): Promise<void> {
  const object = pod(1, {});
  const json = new TextEncoder().encode(encodeJson(PodStruct, object));
  const encoded: Encoded = { object, revision: 1, bytes: () => json };
  async function* batches(): AsyncGenerator<readonly EncodedEvent[]> {
    for (let sent = 0; sent < events; sent += 20) {
      yield Array.from({ length: 20 }, () => ({ type: "MODIFIED", object: encoded }) as const);
    }
  }
  const { port1, port2 } = new MessageChannel();
  const stop = new AbortController();
  servePort(
    port1,
    () => Promise.resolve({ status: 200, headers: {}, body: { kind: "events", resource: pods, events: batches() } }),
    stop.signal,
  );
  // A worker of Node.js 20 does not inherit tsx.
  const start20 = `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(import.meta.url)})))`;
  const worker = new Worker(start20, { eval: true, workerData: { port: port2 }, transferList: [port2 as never] });
  const before = performance.eventLoopUtilization();
  const ms = await new Promise<number>((resolve) => worker.once("message", resolve));
  const { active } = performance.eventLoopUtilization(before);
  const sender = ((active / events) * 1000).toFixed(1);
  console.log(
    `port: event of ${json.length} bytes, decoded ${String(Math.round(1000 / ms)).padStart(9)}/s, ${sender} us each on the sender's thread`,
  );
  stop.abort();
  await worker.terminate();
}

/** The worker's side: reads the watch to its end. */
async function read(from: MessagePort): Promise<void> {
  const client = clientFor(portHandler(from, builtinResources), { userAgent: "bench", clock: systemClock() });
  let names = 0;
  let start = 0;
  for await (const event of client.resource(pods).watch({}, never)) {
    if (event.type === "MODIFIED" && event.object.metadata.name !== "" && names++ === 0) start = performance.now();
  }
  parentPort?.postMessage((performance.now() - start) / names);
}

const only = process.argv[2];
if (isMainThread) {
  for (const name of Object.keys(SHAPES).filter((shape) => only === undefined || shape.includes(only)))
    for (const nodes of [100, 1000, 5000]) decide(name, nodes, 5000);
  await port(100_000);
} else await read(workerData.port);
