/**
 * What controllers make of big workloads: time, CPU and API calls per object, for sizes that show how these grow; and what an idle cluster
 * with 10,000 objects asks for. Clusters of their own with simulated nodes, the real processes, TLS and the durable store. Every call
 * stands in an audit log, which is part of what is measured.
 * Run: npx tsx scripts/bench/workloads.ts [NAME[=SIZE] …]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { clientFor } from "@skates/client";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { httpsHandler } from "@skates/transport/node";
import { AuditCalls, type Call, tally } from "./lib/audit-calls.ts";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { report } from "./lib/figure.ts";
import { anonymousMb, cpuMs } from "./lib/process-use.ts";
import { type Cluster, fillSpace, type Workload, WORKLOADS } from "./lib/workloads.ts";

const NODES = 20;
const IDLE_OBJECTS = 10_000;
const IDLE_MS = 120_000;
/** All that the work has caused is over once nobody has asked for anything for so long. */
const QUIET_MS = 3000;

interface Measured {
  readonly size: number;
  readonly seconds: number;
  readonly serverCpu: number;
  readonly agentCpu: number;
  readonly calls: readonly Call[];
}

const wanted = process.argv.slice(2).map((word) => word.split("="));
const chosen = (name: string): boolean => wanted.length === 0 || wanted.some(([one]) => one === name);
for (const workload of WORKLOADS.filter(({ name }) => chosen(name))) {
  const own = wanted.filter(([name, size]) => name === workload.name && size !== undefined);
  const sizes = own.length > 0 ? own.map(([, size]) => Number(size)) : workload.sizes;
  const all: Measured[] = [];
  for (const size of sizes) {
    const measured = await inCluster((cluster, calls) => measure(cluster, calls, { workload, size }));
    tell(workload, measured);
    all.push(measured);
  }
  if (all.length > 1) growth(workload.name, all);
}
if (chosen("idle")) await inCluster(idle);

async function inCluster<T>(use: (cluster: BenchCluster & Cluster, calls: AuditCalls) => Promise<T>): Promise<T> {
  const directory = mkdtempSync("/tmp/sk-bench-calls-");
  const calls = new AuditCalls(directory);
  const bench = await benchCluster();
  const ending = new AbortController();
  try {
    bench.skates("up", ...upFlags(bench), "--simulate-nodes", String(NODES), ...calls.flags);
    const https = httpsHandler({
      server: `https://127.0.0.1:${bench.port}`,
      ca: bench.pem("ca.crt"),
      cert: bench.pem("admin.crt"),
      key: bench.pem("admin.key"),
    });
    const surroundings = { userAgent: "bench", clock: systemClock(), random: systemRandom(), wire: true };
    const client = clientFor(https.handler, surroundings);
    const used = await use({ ...bench, client, signal: ending.signal }, calls);
    ending.abort(new Error("done"));
    await https.close();
    return used;
  } finally {
    ending.abort(new Error("done"));
    bench.delete();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function measure(
  cluster: BenchCluster & Cluster,
  calls: AuditCalls,
  { workload, size }: { readonly workload: Workload; readonly size: number },
): Promise<Measured> {
  await workload.prepare?.(cluster, size);
  await untilQuiet(calls);
  const cpu = cpuOf(cluster);
  const fromMs = performance.now();
  await workload.work(cluster, size);
  const seconds = (performance.now() - fromMs) / 1000;
  const made = await untilQuiet(calls);
  const [server, agent] = cpuOf(cluster);
  return { size, seconds, serverCpu: (server - cpu[0]) / 1000, agentCpu: (agent - cpu[1]) / 1000, calls: made };
}

/** What was asked until then, but for what goes on for ever and for ourselves. */
async function untilQuiet(calls: AuditCalls): Promise<readonly Call[]> {
  const all: Call[] = [];
  for (let quietMs = 0; quietMs < QUIET_MS; quietMs += 500) {
    await sleep(500);
    const made = calls.take().filter((call) => !periodic(call) && call.who !== "kubernetes-admin");
    if (made.length > 0) quietMs = 0;
    all.push(...made);
  }
  return all;
}

/** Leases, and what nodes say of themselves every five minutes. */
function periodic({ who, resource }: Call): boolean {
  return resource === "leases" || (who === "kubelet" && resource === "nodes/status");
}

function cpuOf({ pids }: BenchCluster): readonly [server: number, agent: number] {
  const { server, agent } = pids();
  const sum = (list: readonly number[]): number => list.reduce((total, pid) => total + cpuMs(pid), 0);
  return [sum(server), sum(agent)];
}

function tell({ name, least, leastOf }: Workload, { size, seconds, serverCpu, agentCpu, calls }: Measured): void {
  const what = `${name} of ${size}`;
  const events = calls.filter(({ resource }) => resource === "events").length;
  const refused = calls.filter(({ code }) => code >= 400).length;
  report({ what: `${what}: time`, value: seconds, unit: "s" });
  report({ what: `${what}: CPU of the server`, value: serverCpu, unit: "s" });
  report({ what: `${what}: CPU of the agent`, value: agentCpu, unit: "s" });
  report({
    what: `${what}: calls per object but events`,
    value: (calls.length - events) / size,
    unit: "",
    aim: least || undefined,
  });
  report({ what: `${what}: events per object`, value: events / size, unit: "" });
  report({ what: `${what}: refused calls`, value: refused, unit: "" });
  const lines = tally(calls).slice(0, 25);
  console.log(`  at least ${least}: ${leastOf}; load ${loadavg()[0]?.toFixed(1)}`);
  for (const [call, count] of lines) console.log(`  ${String(count).padStart(8)}  ${call}`);
}

/** By which power of the size something grows: the slope of a line through the logarithms. 1 is linear, 2 quadratic. */
function growth(name: string, all: readonly Measured[]): void {
  const power = (of: (one: Measured) => number): number => {
    const points = all.map((one) => [Math.log(one.size), Math.log(Math.max(of(one), 1e-3))] as const);
    const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    const x = mean(points.map(([at]) => at));
    const y = mean(points.map(([, at]) => at));
    const slope = points.reduce((sum, [px, py]) => sum + (px - x) * (py - y), 0);
    return slope / points.reduce((sum, [px]) => sum + (px - x) ** 2, 0);
  };
  report({ what: `${name}: calls grow by the power of`, value: power(({ calls }) => calls.length), unit: "" });
  const cpu = power(({ serverCpu, agentCpu }) => serverCpu + agentCpu);
  report({ what: `${name}: CPU grows by the power of`, value: cpu, unit: "" });
  report({ what: `${name}: time grows by the power of`, value: power(({ seconds }) => seconds), unit: "" });
}

async function idle(cluster: BenchCluster & Cluster, calls: AuditCalls): Promise<void> {
  await fillSpace(cluster, IDLE_OBJECTS);
  await untilQuiet(calls);
  await sleep(IDLE_MS / 2);
  calls.take();
  const cpu = cpuOf(cluster);
  await sleep(IDLE_MS);
  const [server, agent] = cpuOf(cluster);
  const made = calls.take();
  const leases = made.filter(({ resource }) => resource === "leases").length;
  const what = `idle with ${IDLE_OBJECTS} objects and ${NODES} nodes`;
  const perMinute = (count: number): number => (count * 60_000) / IDLE_MS;
  report({ what: `${what}: leases renewed`, value: perMinute(leases), unit: "/min" });
  report({ what: `${what}: other calls`, value: perMinute(made.length - leases), unit: "/min", aim: 0 });
  report({ what: `${what}: CPU of the server`, value: (100 * (server - cpu[0])) / IDLE_MS, unit: "%" });
  report({ what: `${what}: CPU of the agent`, value: (100 * (agent - cpu[1])) / IDLE_MS, unit: "%" });
  const { server: pids } = cluster.pids();
  report({
    what: `${what}: RssAnon of the server`,
    value: pids.reduce((sum, pid) => sum + anonymousMb(pid), 0),
    unit: "MB",
  });
  for (const [call, count] of tally(made)) console.log(`  ${String(count).padStart(8)}  ${call}`);
}
