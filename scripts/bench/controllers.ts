// Controllers and API server in one process on the store in memory: what a deployment behind a service costs, how long the event loop
// is held, and what a start costs when the pods are there already. Run: node --expose-gc --import tsx scripts/bench/controllers.ts [pods]
import { setMaxListeners } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { deployments } from "@skates/api/apps/v1";
import { type Pod, pods, services } from "@skates/api/core/v1";
import { type Client, clientFor } from "@skates/client";
import { createEnv, TaskGroup } from "@skates/component-base";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { createControllerManager } from "@skates/kube-controller-manager";
import { memoryStore } from "@skates/storage";
import { benchApiServer } from "./lib/api-server.ts";

setMaxListeners(0);
const count = Number(process.argv[2] ?? 1000);
const clock = systemClock();
const env = createEnv({ clock, random: systemRandom() });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const store = memoryStore({ clock });
const server = benchApiServer(env, store);
const ending = new AbortController();
const { signal } = ending;
const serving = new TaskGroup(signal);
serving.spawn((inner) => server.run(inner));
await until(() => server.ready());
const clientAs = (name: string, groups: readonly string[] = []): Client =>
  clientFor(server.loopback({ name, groups }), { userAgent: "bench", clock });
const admin = clientAs("admin", ["system:masters"]);
const key = { namespace: "default", name: "web" };

const first = await startManager("start with an empty cluster");
await measure("idle for 5 s", () => clock.sleep(5000, signal));
await admin.resource(services).create(
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: key,
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  },
  {},
  signal,
);
await measure(`${count} pods made`, async () => {
  const template = {
    metadata: { name: "", labels: { app: "web" } },
    spec: { containers: [{ name: "c", image: "i" }] },
  };
  await admin.resource(deployments).create(
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: key,
      spec: { replicas: count, selector: { matchLabels: { app: "web" } }, template },
    },
    {},
    signal,
  );
  await until(async () => (await admin.resource(deployments).get(key, {}, signal)).status?.replicas === count);
});
await measure(`${count} pods become ready`, async () => {
  const { items } = await admin.resource(pods).list({ namespace: "default" }, signal);
  for (const [i, pod] of items.entries()) {
    await admin.resource(pods).updateStatus(ready(pod, i), {}, signal);
    if (i % 8 === 0) await turn();
  }
  await until(async () => (await admin.resource(deployments).get(key, {}, signal)).status?.availableReplicas === count);
});
await first.stop();
const second = await startManager(`start with ${count} pods`);
await second.stop();
ending.abort(new Error("done"));
await serving.join();
await store.close();

async function startManager(title: string): Promise<{ stop(): Promise<void> }> {
  const group = new TaskGroup(signal);
  const manager = createControllerManager({ env, caBundle: () => "PEM", clientAs: (name) => clientAs(name) });
  await measure(title, async () => {
    group.spawn((inner) => manager.run(inner));
    await until(() => manager.ready());
  });
  return {
    stop: async () => {
      group.stop();
      await group.join();
    },
  };
}

function ready(pod: Pod, i: number): Pod {
  const podIP = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  const condition = { type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" };
  return {
    ...pod,
    status: { ...pod.status, phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions: [condition] },
  };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await clock.sleep(5, signal);
}

/** Time, CPU, the longest turn of the event loop, and what the heap has grown by. */
async function measure(title: string, work: () => Promise<void>): Promise<void> {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const cpu = process.cpuUsage();
  const started = performance.now();
  delay.enable();
  await work();
  const ms = performance.now() - started;
  delay.disable();
  const used = process.cpuUsage(cpu);
  globalThis.gc?.();
  const grown = (process.memoryUsage().heapUsed - heap) / 1e6;
  console.log(
    `${title}: ${ms.toFixed(0)} ms, CPU ${((used.user + used.system) / 1000).toFixed(0)} ms, longest turn ${(delay.max / 1e6).toFixed(1)} ms, heap ${grown.toFixed(1)} MB`,
  );
}
