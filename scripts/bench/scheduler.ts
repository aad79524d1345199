/**
 * Scheduler: the cases of upstream's scheduler_perf, decided per second of CPU at growing clusters; preemption; memory; quality of
 * placement; the cost of a message port per event. `npm run bench:scheduler -- CASE` measures one; `-- --quick` only 1,000 nodes.
 */
import { performance } from "node:perf_hooks";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { builtinResources } from "@skates/api";
import { type Pod, Pod as PodStruct, pods } from "@skates/api/core/v1";
import { type Encoded, type EncodedEvent, encodeJson } from "@skates/apimachinery";
import { clientFor, portHandler, servePort } from "@skates/client";
import { seededRandom } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import {
  Cluster,
  defaultPlugins,
  Framework,
  planPreemption,
  podInfoOf,
  profileOf,
  TrialCache,
} from "@skates/kube-scheduler";
import { benchNode, benchPod, SCHEDULER_CASES, type SchedulerCase } from "./lib/scheduler-cases.ts";

const never = new AbortController().signal;
const SIZES = [100, 1000, 5000, 15_000];

function newFramework(nodes: number): { readonly cluster: Cluster; readonly framework: Framework } {
  const cluster = new Cluster();
  for (let i = 0; i < nodes; i++) cluster.setNode(benchNode(i));
  const profile = profileOf("default-scheduler", defaultPlugins());
  return { cluster, framework: new Framework({ profile, snapshot: cluster, random: seededRandom(1) }) };
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Decides and assumes so many pods, as the scheduler does, without an API server. Returns how many found a node. */
function place(
  { labels, spec }: SchedulerCase,
  { cluster, framework }: ReturnType<typeof newFramework>,
  { kind, count }: { readonly kind: string; readonly count: number },
): number {
  let placed = 0;
  for (let i = 0; i < count; i++) {
    const info = podInfoOf(benchPod(`${kind}-${i}`, labels, spec(i)));
    const decision = framework.decide(info);
    if (!("node" in decision)) continue;
    cluster.assume(info, decision.node.name);
    placed++;
  }
  return placed;
}

/** Pods are there already, as many as are measured. */
function decide(one: SchedulerCase, nodes: number): void {
  const { name, aim } = one;
  // So few that all find room.
  const count = Math.min(2000, name === "SchedulingPodAntiAffinity" ? Math.floor(nodes / 2) : nodes * 3);
  let placed = 0;
  let seconds = 0;
  let measured = 0;
  // Small clusters take few: several, one after another, are measured.
  for (; measured < 2000; measured += count) {
    const there = newFramework(nodes);
    place(one, there, { kind: "before", count });
    seconds += cpuSeconds(() => (placed += place(one, there, { kind: "measured", count })));
  }
  const rate = Math.round(measured / seconds);
  const met = nodes !== 5000 ? "" : rate >= aim ? `aim ${aim}: met` : `aim ${aim}: missed`;
  const each = ((seconds / measured) * 1e6).toFixed(0);
  console.log(
    `${name.padEnd(36)} ${String(nodes).padStart(6)} nodes ${String(rate).padStart(7)}/s ${each.padStart(5)} us ${placed} placed ${met}`,
  );
}

/** Full nodes of low priority, pods of high priority: deciding and planning whom to drive out. */
function preempt(nodes: number): void {
  const { cluster, framework } = newFramework(nodes);
  const spec = (priority: number, cpu: string): Partial<Pod["spec"]> => ({
    priority,
    containers: [{ name: "main", image: "pause:3.10", resources: { requests: { cpu, memory: "500Mi" } } }],
  });
  for (let i = 0; i < nodes * 4; i++) {
    cluster.setPod(podInfoOf(benchPod(`low-${i}`, {}, spec(0, "900m"))), `node-${i % nodes}`);
  }
  const count = Math.min(1000, nodes);
  const random = seededRandom(2);
  const trials = new TrialCache();
  let planned = 0;
  const seconds = cpuSeconds(() => {
    for (let i = 0; i < count; i++) {
      const info = podInfoOf(benchPod(`high-${i}`, {}, spec(10, "3000m")));
      const decision = framework.decide(info);
      if ("node" in decision) continue;
      const { filter: filters } = framework.profile.plugins;
      const plan = planPreemption(info, decision.failure, { filters, snapshot: cluster, budgets: [], random, trials });
      const candidate = "best" in plan ? plan.best : undefined;
      if (candidate === undefined) continue;
      planned++;
      const { node, victims } = candidate;
      cluster.nominate(info, node.name);
      for (const victim of victims) cluster.removePod(victim.uid);
      cluster.assume(info, node.name);
    }
  });
  const rate = Math.round(count / seconds);
  const met = nodes === 5000 ? `aim 500: ${rate >= 500 ? "met" : "missed"}` : "";
  console.log(
    `PreemptionBasic                      ${String(nodes).padStart(6)} nodes ${String(rate).padStart(7)}/s ${planned} planned ${met}`,
  );
}

/** What nodes and pods take of the heap, pods as they are decoded and kept. */
function memory(nodes: number, count: number): void {
  globalThis.gc?.();
  const before = process.memoryUsage();
  const { cluster, framework } = newFramework(nodes);
  for (let i = 0; i < count; i++) {
    const info = podInfoOf(benchPod(`pod-${i}`, { app: `app-${i % 50}` }, {}));
    cluster.setPod(info, `node-${i % nodes}`);
  }
  for (const { labels, spec } of SCHEDULER_CASES) framework.decide(podInfoOf(benchPod("asked", labels, spec(0))));
  globalThis.gc?.();
  const after = process.memoryUsage();
  const of = (used: NodeJS.MemoryUsage): number => used.heapUsed + used.arrayBuffers;
  const mb = ((of(after) - of(before)) / 2 ** 20).toFixed(0);
  const collected = globalThis.gc === undefined ? " (not collected: run node with --expose-gc)" : "";
  console.log(`memory: ${nodes} nodes, ${count} pods: ${mb} MB of heap${collected}, aim 300 MB`);
  if (cluster.nodeCount !== nodes) throw new Error("nodes were lost");
}

/** How evenly 2,000 pods of mixed sizes fill 200 nodes, and how many nodes are needed until one is refused, against scoring a share of the nodes. */
function quality(): void {
  for (const percentage of [undefined, 50, 10]) {
    const cluster = new Cluster();
    for (let i = 0; i < 1000; i++) cluster.setNode(benchNode(i));
    const profile = { ...profileOf("default-scheduler", defaultPlugins()), percentageOfNodesToScore: percentage };
    const framework = new Framework({ profile, snapshot: cluster, random: seededRandom(1) });
    const random = seededRandom(3);
    let placed = 0;
    for (let i = 0; i < 40_000; i++) {
      const cpu = `${100 + (random.uint32() % 8) * 100}m`;
      const info = podInfoOf(
        benchPod(`p-${i}`, {}, { containers: [{ name: "m", image: "a", resources: { requests: { cpu } } }] }),
      );
      const decision = framework.decide(info);
      if (!("node" in decision)) break;
      cluster.assume(info, decision.node.name);
      placed++;
      if (placed === 4000) {
        const used = cluster.nodes.map((node) => node?.requested.milliCpu ?? 0);
        const mean = used.reduce((sum, one) => sum + one, 0) / used.length;
        const deviation = Math.sqrt(used.reduce((sum, one) => sum + (one - mean) ** 2, 0) / used.length);
        console.log(
          `quality, ${percentage ?? 100} % of nodes scored: deviation of cpu ${deviation.toFixed(0)}m around ${mean.toFixed(0)}m after 4,000 pods`,
        );
      }
    }
    console.log(
      `quality, ${percentage ?? 100} % of nodes scored: ${placed} pods placed on 1,000 nodes before the first is refused`,
    );
  }
}

/** What an event of a pod costs the server's thread to send, and in all until it is decoded in a worker. */
async function port(events: number): Promise<void> {
  const object = benchPod("pod", {}, {});
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

async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes("--quick");
  const only = args.find((arg) => !arg.startsWith("--"));
  const wanted = (name: string): boolean => only === undefined || name.includes(only);
  for (const one of SCHEDULER_CASES.filter(({ name }) => wanted(name))) {
    // So that compiling is not counted for the first.
    place(one, newFramework(5000), { kind: "elsewhere", count: 2500 });
    for (const nodes of quick ? [1000] : SIZES) decide(one, nodes);
  }
  if (wanted("Preemption")) for (const nodes of quick ? [1000] : SIZES) preempt(nodes);
  if (wanted("memory")) memory(5000, 50_000);
  if (wanted("quality")) quality();
  if (wanted("port")) await port(100_000);
}

if (isMainThread) await main(process.argv.slice(2));
else await read(workerData.port);
