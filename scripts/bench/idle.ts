/**
 * A cluster on which the demo ran and was deleted, left alone: memory, CPU and disk writes of its processes. Needs root and containerd.
 * Run: npx tsx scripts/bench/idle.ts [minutes]
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { report } from "./lib/figure.ts";
import { anonymousMb, cpuMs, writtenBytes } from "./lib/process-use.ts";

const MINUTES = Number(process.argv[2] ?? 5);
const NAME = "skates-demo";

const cluster = await benchCluster();
try {
  cluster.skates("up", ...upFlags(cluster));
  cluster.skates("demo");
  const { status, stderr } = kubectl(cluster, "delete", "deployment,service", NAME, "--wait");
  if (status !== 0) throw new Error(stderr);
  kubectl(cluster, "wait", "--for=delete", "pod", "--all", "--timeout=60s");
  await measure(cluster);
} finally {
  cluster.delete();
}

function kubectl({ dataDir }: BenchCluster, ...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync("kubectl", ["--kubeconfig", `${dataDir}/kubeconfig`, ...args], { encoding: "utf8" });
}

async function measure({ pids }: BenchCluster): Promise<void> {
  const { server, agent, keeper } = pids();
  const ours = [...server, ...agent, ...keeper];
  const sum = (list: readonly number[], of: (pid: number) => number): number =>
    list.reduce((total, pid) => total + of(pid), 0);
  // What starting and the demo cost is over by the last fifth of the time, at least a minute.
  const watchedMs = Math.min(MINUTES * 60_000, Math.max(60_000, MINUTES * 12_000));
  await sleep(MINUTES * 60_000 - watchedMs);
  const fromMs = performance.now();
  const cpu = sum(ours, cpuMs);
  const written = sum(ours, writtenBytes);
  await sleep(watchedMs);
  const ms = performance.now() - fromMs;
  const { containerd, shim } = pids();
  report({ what: `idle after ${MINUTES} min: RssAnon of server`, value: sum(server, anonymousMb), unit: "MB" });
  report({ what: `idle after ${MINUTES} min: RssAnon of agent`, value: sum(agent, anonymousMb), unit: "MB" });
  report({ what: "idle: RssAnon of all Skates processes", value: sum(ours, anonymousMb), unit: "MB", aim: 200 });
  report({ what: "idle: RssAnon of containerd", value: sum(containerd, anonymousMb), unit: "MB" });
  report({ what: `idle: RssAnon of ${shim.length} shims`, value: sum(shim, anonymousMb), unit: "MB" });
  report({
    what: "idle: CPU of all Skates processes, of a core",
    value: (100 * (sum(ours, cpuMs) - cpu)) / ms,
    unit: "%",
    aim: 2,
  });
  const kBPerMinute = ((sum(ours, writtenBytes) - written) / 1024 / ms) * 60_000;
  report({ what: "idle: written to disk (aim: leases only)", value: kBPerMinute, unit: "kB/min" });
}
