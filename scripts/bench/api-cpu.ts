/**
 * CPU of the server process per request through TLS, with the durable store: create, get, list of pods of 1.6 kB, 64 clients at a time.
 * Starts a cluster of its own (simulated, so that nothing else works beside) in a temporary directory.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Pool } from "undici";
import { ROOT } from "../lib/sources.ts";

const CLIENTS = 64;
const PODS = 10_000;
const GETS = 20_000;
const LISTS = 5;
const PATH = "/api/v1/namespaces/default/pods";

interface Row {
  readonly what: string;
  readonly cpuMs: number;
  readonly aimMs: number | undefined;
  readonly perSecond: number;
}

const dir = mkdtempSync("/tmp/sk-bench-");
const dataDir = join(dir, "data");
const port = await freePort();
try {
  skates("up", "--no-merge", "--runtime", "simulated", "--api-port", String(port));
  const pid = serverPid();
  const pem = (name: string): string => readFileSync(join(dataDir, "pki", name), "utf8");
  const pool = new Pool(`https://127.0.0.1:${port}`, {
    connections: CLIENTS,
    connect: { ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") },
  });
  const rows: Row[] = [];
  await create(pool, "warm", 500);
  rows.push(await measured("durable create", pid, PODS, 0.3, () => create(pool, "pod", PODS)));
  rows.push(
    await measured("get", pid, GETS, 0.08, () => each(GETS, (i) => request(pool, "GET", `${PATH}/pod-${i % PODS}`))),
  );
  const size = (await request(pool, "GET", PATH)).length;
  rows.push(
    await measured(`list of ${PODS + 500} (${(size / 1e6).toFixed(1)} MB)`, pid, LISTS, undefined, () => lists(pool)),
  );
  await pool.destroy();
  for (const { what, cpuMs, aimMs, perSecond } of rows) {
    const aim = aimMs === undefined ? "" : `aim ${aimMs} ms`;
    console.log(`${what.padEnd(32)} ${cpuMs.toFixed(3)} ms CPU  ${perSecond.toFixed(0).padStart(7)}/s  ${aim}`);
  }
  console.log(
    `RssAnon ${readFileSync(`/proc/${pid}/status`, "utf8").match(/RssAnon:\s+(\d+)/)?.[1]} kB with ${PODS + 500} pods`,
  );
} finally {
  skates("delete", "--yes");
  rmSync(dir, { recursive: true, force: true });
}

function skates(verb: string, ...args: string[]): void {
  const ran = spawnSync(join(ROOT, "skates"), [verb, "--data-dir", dataDir, ...args], { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`${verb}: ${ran.stderr}`);
}

function serverPid(): number {
  const ran = spawnSync("pgrep", ["-f", `skates.mjs server --data-dir ${dataDir}`], { encoding: "utf8" });
  return Number(ran.stdout.trim());
}

/** User and system time of all threads of a process, ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function measured(
  what: string,
  pid: number,
  count: number,
  aimMs: number | undefined,
  work: () => Promise<void>,
): Promise<Row> {
  const cpu = cpuMs(pid);
  const fromMs = performance.now();
  await work();
  const ms = performance.now() - fromMs;
  return { what, cpuMs: (cpuMs(pid) - cpu) / count, aimMs, perSecond: (count * 1000) / ms };
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
  return each(count, (i) => request(pool, "POST", PATH, podOf(`${prefix}-${i}`)));
}

async function lists(pool: Pool): Promise<void> {
  for (let i = 0; i < LISTS; i++) await request(pool, "GET", PATH);
}

/** A pod of 1.6 kB as users write them, for a scheduler that is not there. */
function podOf(name: string): string {
  const env = Array.from({ length: 8 }, (_, i) => ({
    name: `VARIABLE_${i}`,
    value: `a value of some length, number ${i}`,
  }));
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      labels: { app: "bench", tier: "web", "app.kubernetes.io/name": "bench" },
      annotations: { note: "x".repeat(120) },
    },
    spec: {
      schedulerName: "none",
      automountServiceAccountToken: false,
      containers: [
        {
          name: "main",
          image: "registry.example.org/team/application:1.2.3",
          command: ["/bin/application", "--listen=:8080", "--verbose"],
          env,
          ports: [{ name: "http", containerPort: 8080 }],
          resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "256Mi" } },
          readinessProbe: { httpGet: { path: "/healthz", port: "http" }, periodSeconds: 5 },
          volumeMounts: [{ name: "scratch", mountPath: "/scratch" }],
        },
      ],
      volumes: [{ name: "scratch", emptyDir: {} }],
    },
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
