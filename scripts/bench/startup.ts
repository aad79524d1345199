/**
 * `up` in a fresh data directory with packages and build in place: until the API is ready, and until the node is Ready and DNS answers.
 * Median of 5, after one run that fills the page cache. Needs root and containerd. Run: npx tsx scripts/bench/startup.ts [runs]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../lib/sources.ts";
import { benchCluster, upFlags } from "./lib/cluster.ts";
import { median, report } from "./lib/figure.ts";

const RUNS = Number(process.argv[2] ?? 5);
const POLL_MS = 5;

const warm = await start();
const runs: (typeof warm)[] = [];
for (let i = 0; i < RUNS; i++) runs.push(await start());
const of = (key: keyof typeof warm): number => median(runs.map((run) => run[key]));
report({ what: "up: API ready (readyz), median", value: of("apiMs"), unit: "ms", aim: 1000 });
report({ what: "up: node Ready and DNS answering, median", value: of("upMs"), unit: "ms", aim: 5000 });

async function start(): Promise<{ readonly apiMs: number; readonly upMs: number }> {
  const cluster = await benchCluster();
  const ended = new AbortController();
  try {
    const fromMs = performance.now();
    const args = ["up", "--data-dir", cluster.dataDir, ...upFlags(cluster)];
    const child = spawn(join(ROOT, "skates"), args, { stdio: ["ignore", "ignore", "inherit"] });
    const apiReady = untilReady(cluster.port, ended.signal).then(() => performance.now() - fromMs);
    const [code] = await once(child, "exit");
    const upMs = performance.now() - fromMs;
    if (code !== 0) throw new Error(`up ended with ${code}`);
    return { apiMs: await apiReady, upMs };
  } finally {
    ended.abort();
    cluster.delete();
  }
}

/** Asks as anybody may; the CA is not there before the first `up`, so the certificate goes unchecked. */
async function untilReady(port: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isReady(port))) await sleep(POLL_MS);
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { rejectUnauthorized: false, agent: false, timeout: 1000 };
    get(`https://127.0.0.1:${port}/readyz`, options, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode === 200));
    }).on("error", () => resolve(false));
  });
}
