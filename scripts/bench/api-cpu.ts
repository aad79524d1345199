/**
 * CPU of the server process per request through TLS, with the durable store: create, get, list of pods of 1.6 kB, 64 clients at a time.
 * Starts a cluster of its own (simulated, so that nothing else works beside) in a temporary directory.
 */
import { Pool } from "undici";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { report } from "./lib/figure.ts";
import { podText } from "./lib/pod.ts";
import { anonymousMb, cpuMs } from "./lib/process-use.ts";

const CLIENTS = 64;
const PODS = 10_000;
const GETS = 20_000;
const LISTS = 5;
const PATH = "/api/v1/namespaces/default/pods";

const cluster = await benchCluster();
try {
  cluster.skates("up", ...upFlags(cluster), "--runtime", "simulated");
  await measureAll(cluster);
} finally {
  cluster.delete();
}

async function measureAll({ port, pem, pids }: BenchCluster): Promise<void> {
  const pid = pids().server[0] ?? 0;
  const pool = new Pool(`https://127.0.0.1:${port}`, {
    connections: CLIENTS,
    connect: { ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") },
  });
  await create(pool, "warm", 500);
  const emptyMb = anonymousMb(pid);
  await measured("durable create", { pid, count: PODS, aim: 0.3 }, () => create(pool, "pod", PODS));
  const grownKb = ((anonymousMb(pid) - emptyMb) * 1024) / PODS;
  await measured("get", { pid, count: GETS, aim: 0.08 }, () =>
    each(GETS, (i) => request(pool, "GET", `${PATH}/pod-${i % PODS}`)),
  );
  const size = (await request(pool, "GET", PATH)).length;
  const list = `list of ${PODS + 500} (${(size / 1e6).toFixed(1)} MB)`;
  await measured(list, { pid, count: LISTS, aim: undefined }, () => lists(pool));
  await pool.destroy();
  report({ what: "RssAnon of the server per pod created", value: grownKb, unit: "kB" });
  report({ what: `RssAnon of the server with ${PODS + 500} pods`, value: anonymousMb(pid), unit: "MB" });
}

interface Measured {
  readonly pid: number;
  readonly count: number;
  readonly aim: number | undefined;
}

async function measured(what: string, { pid, count, aim }: Measured, work: () => Promise<void>): Promise<void> {
  const cpu = cpuMs(pid);
  const fromMs = performance.now();
  await work();
  const perSecond = (count * 1000) / (performance.now() - fromMs);
  const value = (cpuMs(pid) - cpu) / count;
  report({ what: `${what}, CPU through TLS (${perSecond.toFixed(0)}/s)`, value, unit: "ms", aim });
}

async function request(pool: Pool, method: "GET" | "POST", path: string, body?: string): Promise<string> {
  const { statusCode, body: answer } = await pool.request({
    method,
    path,
    headers: { "content-type": "application/json", accept: "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (statusCode >= 300) throw new Error(`${statusCode}: ${text.slice(0, 300)}`);
  return text;
}

/** Does `work` for 0…count-1, CLIENTS at a time. */
async function each(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      for (let i = next++; i < count; i = next++) await work(i);
    }),
  );
}

function create(pool: Pool, prefix: string, count: number): Promise<void> {
  return each(count, (i) => request(pool, "POST", PATH, podText(`${prefix}-${i}`)));
}

async function lists(pool: Pool): Promise<void> {
  for (let i = 0; i < LISTS; i++) await request(pool, "GET", PATH);
}
