/**
 * What a flood costs others: one user lists and creates on 64 connections as fast as it is answered, another gets and creates one
 * after the other; the second's p99 with and without the flood.
 * Starts a cluster of its own (simulated, so that nothing else works beside) in a temporary directory.
 */
import { Pool } from "undici";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { report } from "./lib/figure.ts";
import { podText } from "./lib/pod.ts";

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
  const loud = poolOf(port, FLOODERS, { ca: pem("ca.crt") });
  await measured(quiet, calm, "warm");
  const alone = await measured(quiet, calm, "alone");
  const stop = new AbortController();
  const counts = { answered: 0, refused: 0 };
  const flood = Promise.all(Array.from({ length: FLOODERS }, (_, i) => floodOn(loud, i)));
  async function floodOn(pool: Pool, lane: number): Promise<void> {
    for (let i = 0; !stop.signal.aborted; i++) {
      const lists = lane % 2 === 0;
      const body = lists ? undefined : mapText(`flood-${lane}-${i}`);
      const status = await send(
        pool,
        lists ? "GET" : "POST",
        lists ? PATH : `${SPACE}/configmaps`,
        body,
        flooder,
        true,
      );
      if (status === 429) counts.refused++;
      else counts.answered++;
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const fromMs = performance.now();
  const before = counts.answered;
  const flooded = await measured(quiet, calm, "flooded");
  const perSecond = ((counts.answered - before) * 1000) / (performance.now() - fromMs);
  stop.abort();
  await flood;
  for (const verb of ["get", "create"] as const) {
    report({ what: `p99 of ${verb}, alone`, value: alone[verb], unit: "ms" });
    report({ what: `p99 of ${verb} beside a flood (${perSecond.toFixed(0)}/s)`, value: flooded[verb], unit: "ms" });
    report({ what: `p99 of ${verb}, flooded to alone`, value: flooded[verb] / alone[verb], unit: "x", aim: AIM });
  }
  await Promise.all([admin, quiet, loud].map((pool) => pool.destroy()));
}

function poolOf(port: number, connections: number, connect: object): Pool {
  return new Pool(`https://127.0.0.1:${port}`, { connections, connect });
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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return performance.now() - fromMs;
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
}

type Method = "GET" | "POST";

/** The code; throws for refusals, but for 429 where `mayWait`. */
async function send(
  pool: Pool,
  method: Method,
  path: string,
  body?: string,
  token?: string,
  mayWait = false,
): Promise<number> {
  const { code } = await ask(pool, { method, path, body, token });
  if (code >= 300 && !(mayWait && code === 429)) throw new Error(`${method} ${path}: ${code}`);
  return code;
}

interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly body?: string | undefined;
  readonly token?: string | undefined;
}

async function ask(pool: Pool, { method, path, body, token }: Asked): Promise<{ code: number; text: string }> {
  const headers = {
    "content-type": "application/json",
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const answer = await pool.request({ method, path, headers, ...(body === undefined ? {} : { body }) });
  return { code: answer.statusCode, text: await answer.body.text() };
}

async function tokenOf(admin: Pool, name: string): Promise<string> {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name } };
  await send(admin, "POST", `${SPACE}/serviceaccounts`, JSON.stringify(account));
  const body = JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: {} });
  const { text } = await ask(admin, { method: "POST", path: `${SPACE}/serviceaccounts/${name}/token`, body });
  return (JSON.parse(text) as { status: { token: string } }).status.token;
}

function mapText(name: string): string {
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "x".repeat(500) } });
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
