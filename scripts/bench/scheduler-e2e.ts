/** From created to bound: the API server on its durable store in this thread, the scheduler in a worker behind a message port. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { builtinResources } from "@skates/api";
import { type Node, events, nodes, type Pod, pods, serviceAccounts } from "@skates/api/core/v1";
import { clientFor, portHandler, servePort } from "@skates/client";
import { createEnv, seededRandom, TaskGroup } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { createScheduler } from "@skates/kube-scheduler";
import { openDiskStore } from "@skates/storage/node";
import { benchApiServer } from "./lib/api-server.ts";
import { each } from "./lib/each.ts";

const NODES = Number(process.argv[2] ?? 1000);
const PODS = Number(process.argv[3] ?? 5000);
const CLIENTS = 64;
const clock = systemClock();
const random = seededRandom(1);

function node(i: number): Node {
  const allocatable = { cpu: "16", memory: "64Gi", pods: "110" };
  const metadata = { name: `node-${i}`, labels: { "kubernetes.io/hostname": `node-${i}` } };
  return { apiVersion: "v1", kind: "Node", metadata, spec: {}, status: { allocatable } };
}

function pod(i: number): Pod {
  const resources = { requests: { cpu: "100m", memory: "500Mi" } };
  const metadata = { name: `pod-${i}`, namespace: "default", labels: { app: `app-${i % 20}` } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: { containers: [{ name: "main", image: "app:v1", resources }] },
  };
}

async function server(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "skates-bench-"));
  const store = await openDiskStore({ clock, directory });
  const api = benchApiServer(createEnv({ clock, random }), store);
  const stop = new AbortController();
  const { signal } = stop;
  const group = new TaskGroup(signal);
  group.spawn((inner) => api.run(inner));
  while (!api.ready()) await clock.sleep(5, signal);
  const admin = clientFor(api.loopback({ name: "admin", groups: ["system:masters"] }), { userAgent: "bench", clock });
  const metadata = { name: "default", namespace: "default" };
  await admin.resource(serviceAccounts).create({ apiVersion: "v1", kind: "ServiceAccount", metadata }, {}, signal);
  await each(NODES, CLIENTS, async (i) => {
    const { name } = (await admin.resource<Node>(nodes).create(node(i), {}, signal)).metadata;
    const body = { status: { allocatable: node(i).status?.allocatable } };
    await admin.resource<Node>(nodes).sub("status").patch({ name }, { type: "merge", body }, {}, signal);
    await admin.resource<Node>(nodes).patch({ name }, { type: "merge", body: { spec: { taints: null } } }, {}, signal);
  });
  const { port1, port2 } = new MessageChannel();
  servePort(port1, api.loopback({ name: "system:kube-scheduler", groups: [] }), signal);
  // A worker of Node.js 20 does not inherit tsx.
  const code = `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(import.meta.url)})))`;
  const worker = new Worker(code, { eval: true, workerData: { port: port2 }, transferList: [port2 as never] });
  await new Promise((resolve) => worker.once("message", resolve));
  const bound = new Set<string>();
  const watching = (async () => {
    for await (const event of admin.resource<Pod>(pods).watch({ resourceVersion: "0" }, signal)) {
      if (event.type === "MODIFIED" && event.object.spec.nodeName !== undefined) bound.add(event.object.metadata.name);
      if (bound.size === PODS) return;
    }
  })();
  const busy = performance.eventLoopUtilization();
  const workerBusy = worker.performance.eventLoopUtilization();
  const whole = process.cpuUsage();
  const own = threadCpuMs();
  const start = performance.now();
  await each(PODS, CLIENTS, async (i) => void (await admin.resource<Pod>(pods).create(pod(i), {}, signal)));
  const created = performance.now() - start;
  await watching;
  const ms = performance.now() - start;
  const { active } = performance.eventLoopUtilization(busy);
  const ofWorker = worker.performance.eventLoopUtilization(workerBusy).active;
  const { user, system } = process.cpuUsage(whole);
  const ownMs = threadCpuMs() - own;
  console.log(`${NODES} nodes, ${PODS} pods: created ${rate(created)}/s, bound ${rate(ms)}/s`);
  console.log(
    `server's thread ${(active / PODS).toFixed(2)} ms per pod, scheduler's thread ${(ofWorker / PODS).toFixed(2)} ms, process ${((user + system) / 1000 / PODS).toFixed(2)} ms of CPU per pod`,
  );
  console.log(`CPU of the server's thread alone ${(ownMs / PODS).toFixed(2)} ms per pod`);
  await clock.sleep(3000, signal);
  const told = (await admin.resource(events).list({ namespace: "default" }, signal)).items.length;
  console.log(`${told} events after 3 s`);
  worker.postMessage("heap");
  const mb = await new Promise<number>((resolve) => worker.once("message", resolve));
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  console.log(
    `scheduler's thread: ${mb.toFixed(0)} MB of heap after collecting, server's thread ${mib(heapUsed)} MB, process ${mib(rss)} MB resident`,
  );
  stop.abort(new Error("done"));
  await worker.terminate();
  await group.join().catch(() => undefined);
  await store.close();
  rmSync(directory, { recursive: true, force: true });
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

/** What this process's first thread has used, in steps of 10 ms. Unlike how long it was busy, others' work on the machine does not add to it. */
function threadCpuMs(): number {
  const fields = readFileSync(`/proc/self/task/${process.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function rate(ms: number): string {
  return String(Math.round((PODS / ms) * 1000));
}

async function schedule(): Promise<void> {
  const { parentPort } = await import("node:worker_threads");
  const env = createEnv({ clock, random });
  const client = clientFor(portHandler(workerData.port, builtinResources), { userAgent: "kube-scheduler", clock });
  const scheduler = createScheduler({ client, env });
  const running = scheduler.run(new AbortController().signal);
  while (!scheduler.ready()) await new Promise((resolve) => setTimeout(resolve, 5));
  parentPort?.once("message", () => {
    const dropped = env.metrics.render().match(/^skates_events_dropped_total\{.*$/gm) ?? ["no event was dropped"];
    for (const line of dropped) console.log(line);
    globalThis.gc?.();
    parentPort?.postMessage(getHeapStatistics().used_heap_size / 2 ** 20);
  });
  parentPort?.postMessage("ready");
  await running;
}

if (isMainThread) await server();
else await schedule();
