/**
 * What a flood costs others: one user lists and creates on 64 connections as fast as it is answered, another gets and creates one
 * after the other; the second's p99 with and without the flood.
 * Starts a cluster of its own (simulated, so that nothing else works beside) in a temporary directory.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Pool } from "undici";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { report } from "./lib/figure.ts";
import type { Flood } from "./lib/flood.ts";
import { podText } from "./lib/pod.ts";
import { ask, type Asked, mapText, poolOf } from "./lib/requests.ts";

const FLOODERS = 64;
const PODS = 1_000;
const CALM_REQUESTS = 150;
const AIM = 2;
const PATH = "/api/v1/namespaces/default/pods";
const SPACE = "/api/v1/namespaces/default";

const cluster = await benchCluster();
try {
  cluster.skates("up", ...upFlags(cluster), "--runtime", "simulated");
  await measureAll(cluster);
} finally {
  cluster.delete();
}

async function measureAll({ port, pem }: BenchCluster): Promise<void> {
  const admin = poolOf(port, 8, { ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") });
  await send(admin, "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", bindingText());
  const [flooder, calm] = [await tokenOf(admin, "flooder"), await tokenOf(admin, "calm")];
  for (let i = 0; i < PODS; i++) await send(admin, "POST", PATH, podText(`pod-${i}`));
  const quiet = poolOf(port, 1, { ca: pem("ca.crt") });
  await measured(quiet, calm, "warm");
  const alone = await measured(quiet, calm, "alone");
  // In a process of its own: a loop that reads megabytes of lists would hold up the other's answers itself.
  const flood = fork(join(import.meta.dirname, "lib", "flood.ts"), { execArgv: process.execArgv });
  flood.send({ port, ca: pem("ca.crt"), token: flooder, connections: FLOODERS } satisfies Flood);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const fromMs = performance.now();
  const before = await answered(flood);
  const flooded = await measured(quiet, calm, "flooded");
  const perSecond = (((await answered(flood)) - before) * 1000) / (performance.now() - fromMs);
  flood.kill();
  for (const verb of ["get", "create"] as const) {
    report({ what: `p99 of ${verb}, alone`, value: alone[verb], unit: "ms" });
    report({ what: `p99 of ${verb} beside a flood (${perSecond.toFixed(0)}/s)`, value: flooded[verb], unit: "ms" });
    report({ what: `p99 of ${verb}, flooded to alone`, value: flooded[verb] / alone[verb], unit: "x", aim: AIM });
  }
  await Promise.all([admin, quiet].map((pool) => pool.destroy()));
}

/** p99 of each, the two by turns. */
async function measured(pool: Pool, token: string, name: string): Promise<Readonly<Record<"get" | "create", number>>> {
  const times = { get: [] as number[], create: [] as number[] };
  for (let i = 0; i < CALM_REQUESTS; i++) {
    times.get.push(await timed(() => send(pool, "GET", `${PATH}/pod-${i}`, undefined, token)));
    const body = mapText(`calm-${name}-${i}`);
    times.create.push(await timed(() => send(pool, "POST", `${SPACE}/configmaps`, body, token)));
  }
  return { get: p99(times.get), create: p99(times.create) };
}

/** How many requests of the flood were answered so far. */
async function answered(flood: ChildProcess): Promise<number> {
  flood.send("count");
  const [count] = (await once(flood, "message")) as [number];
  return count;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return performance.now() - fromMs;
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
}

/** Throws for what is not answered as wanted. */
async function send(pool: Pool, method: Asked["method"], path: string, body?: string, token?: string): Promise<void> {
  const { code } = await ask(pool, { method, path, body, token });
  if (code >= 300) throw new Error(`${method} ${path}: ${code}`);
}

async function tokenOf(admin: Pool, name: string): Promise<string> {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } };
  await send(admin, "POST", `${SPACE}/serviceaccounts`, JSON.stringify(account));
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} });
  const { text } = await ask(admin, { method: "POST", path: `${SPACE}/serviceaccounts/${name}/token`, body });
  return (JSON.parse(text) as { status: { token: string } }).status.token;
}

function bindingText(): string {
  const apiGroup = "rbac.authorization.k8s.io";
  return JSON.stringify({
    apiVersion: `${apiGroup}/v1`,
    kind: "RoleBinding",
    metadata: { name: "bench" },
    roleRef: { apiGroup, kind: "ClusterRole", name: "edit" },
    subjects: ["flooder", "calm"].map((name) => ({ kind: "ServiceAccount", name, namespace: "default" })),
  });
}
