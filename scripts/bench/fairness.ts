/**
 * What a flood costs others: one user lists and creates on 64 connections as fast as it is answered, another gets and creates one
 * after the other; the second's p99 with and without the flood, by turns. A process that only uses its core takes the flood's place in
 * between: what is slow then is slow by this machine and the measuring client, not by the server. For busy machines there is a second
 * figure: each time less what the measuring process waited for a core meanwhile, and the server's main thread, or those that write to the
 * store where they waited longer; for their waits may have been at the same time, and then count once.
 * A p99 is taken of each round, and the figure is the median of the rounds': one hiccup of the machine is in one round only.
 * Twice, with clusters of its own (simulated, so that nothing else works beside): in memory, where a create waits for nothing but the
 * server, and on the disk, whose other users are in the figures.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Pool } from "undici";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { median, report } from "./lib/figure.ts";
import type { Flood } from "./lib/flood.ts";
import { podText } from "./lib/pod.ts";
import { coreWaitMs, runBefore, writingThreads } from "./lib/process-use.ts";
import { ask, type Asked, mapText, poolOf } from "./lib/requests.ts";

const FLOODERS = 64;
const PODS = 1_000;
const CALM_REQUESTS = 200;
const ROUNDS = 5;
/** Whom the kernel lets run first: server and measuring process, then the flood, then what else is on this machine. */
const FIRST = -20;
const SECOND = -17;
/** A thread that has written so much writes to the store. */
const STORE_BYTES = 50_000;
const SETTLE_MS = 1_000;
const AIM = 2;
const VERBS = ["get", "create"] as const;
const COMPANIES = ["alone", "busy", "flooded"] as const;
const PARTS = ["wallMs", "withCoreMs"] as const;
const PATH = "/api/v1/namespaces/default/pods";
const SPACE = "/api/v1/namespaces/default";
/** Where Linux keeps files in memory. */
const MEMORY = "/dev/shm";

runBefore(process.pid, FIRST);
for (const [medium, parent] of [
  ["memory", MEMORY],
  ["disk", "/tmp"],
] as const) {
  if (!existsSync(parent)) continue;
  const cluster = await benchCluster(parent);
  try {
    cluster.skates("up", ...upFlags(cluster), "--runtime", "simulated");
    reportAll(medium, await measureAll(cluster));
  } finally {
    cluster.delete();
  }
}

interface Measured {
  readonly rounds: readonly Readonly<Record<Company, Times>>[];
  /** Requests of the flood that were answered. */
  readonly perSecond: number;
}

async function measureAll({ port, pem, pids }: BenchCluster): Promise<Measured> {
  const admin = poolOf(port, 8, { ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") });
  await send(admin, "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings", bindingText());
  const [flooder, calm] = [await tokenOf(admin, "flooder"), await tokenOf(admin, "calm")];
  for (let i = 0; i < PODS; i++) await send(admin, "POST", PATH, podText(`pod-${i}`));
  const quiet = poolOf(port, 1, { ca: pem("ca.crt") });
  const flood: Flood = { port, ca: pem("ca.crt"), token: flooder, connections: FLOODERS };
  const [server = 0] = pids().server;
  runBefore(server, FIRST);
  const writers = writingThreads(server, STORE_BYTES);
  const measured = (name: string): Promise<Times> => calmTimes({ pool: quiet, token: calm, server, writers, name });
  await beside(flood, () => measured("warm")); // what is compiled then, is not while others are measured
  const rounds: Record<Company, Times>[] = [];
  let perSecond = 0;
  for (let i = 0; i < ROUNDS; i++) {
    await settle(); // what the flood before has left behind is not measured
    const alone = await measured(`alone-${i}`);
    const busy = (await beside({ burn: true }, () => measured(`busy-${i}`))).result;
    const flooded = await beside(flood, () => measured(`flooded-${i}`));
    perSecond += flooded.perSecond / ROUNDS;
    rounds.push({ alone, busy, flooded: flooded.result });
  }
  await Promise.all([admin, quiet].map((pool) => pool.destroy()));
  return { rounds, perSecond };
}

function reportAll(medium: string, { rounds, perSecond }: Measured): void {
  for (const verb of VERBS)
    for (const part of PARTS) {
      const of = (company: Company, figure: (values: readonly number[]) => number): number =>
        median(rounds.map((round) => figure(round[company][verb].map((time) => time[part]))));
      const what = `${medium}: ${verb}${part === "wallMs" ? "" : " less waits for a core"}`;
      for (const company of COMPANIES) {
        const beside = company === "flooded" ? `flooded (${perSecond.toFixed(0)}/s)` : company;
        report({ what: `${what}, ${beside}: p50`, value: of(company, median), unit: "ms" });
        report({ what: `${what}, ${beside}: p99`, value: of(company, p99), unit: "ms" });
      }
      const flooded = of("flooded", p99);
      report({ what: `${what}: p99, flooded to alone`, value: flooded / of("alone", p99), unit: "x", aim: AIM });
      report({ what: `${what}: p99, flooded to a busy core`, value: flooded / of("busy", p99), unit: "x", aim: AIM });
    }
}

/** With what beside it. */
type Company = (typeof COMPANIES)[number];
type Times = Readonly<Record<(typeof VERBS)[number], readonly Time[]>>;
interface Time extends Readonly<Record<(typeof PARTS)[number], number>> {}

/**
 * The work done while another process floods, or only burns time: a loop that reads megabytes of lists would hold up the other's
 * answers itself, so it is a process of its own, and one that takes only what others leave, as if it were on another machine.
 */
async function beside<T>(
  what: Flood | { readonly burn: true },
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly perSecond: number }> {
  const other = fork(join(import.meta.dirname, "lib", "flood.ts"), { execArgv: process.execArgv, detached: true });
  if (other.pid !== undefined) runBefore(other.pid, SECOND);
  other.send(what);
  await settle();
  const fromMs = performance.now();
  const before = "burn" in what ? 0 : await answered(other);
  const result = await work();
  const after = "burn" in what ? 0 : await answered(other);
  const perSecond = ((after - before) * 1000) / (performance.now() - fromMs);
  other.kill();
  await once(other, "exit");
  return { result, perSecond };
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
}

/** Who measures, and whom. */
interface Calm {
  readonly pool: Pool;
  readonly token: string;
  /** Process id. */
  readonly server: number;
  readonly writers: readonly number[];
  /** Starts the names of what is created. */
  readonly name: string;
}

/** Both verbs by turns. */
async function calmTimes({ pool, token, server, writers, name }: Calm): Promise<Times> {
  const times = { get: [] as Time[], create: [] as Time[] };
  const waits = (): readonly [own: number, main: number, writers: number] => [
    coreWaitMs(process.pid),
    coreWaitMs(server),
    writers.reduce((sum, thread) => sum + coreWaitMs(server, thread), 0),
  ];
  const timed = async (work: () => Promise<unknown>): Promise<Time> => {
    const [before, fromMs] = [waits(), performance.now()];
    await work();
    const wallMs = performance.now() - fromMs;
    const [own = 0, main = 0, writing = 0] = waits().map((ms, i) => ms - (before[i] ?? 0));
    return { wallMs, withCoreMs: Math.max(0, wallMs - own - Math.max(main, writing)) };
  };
  for (let i = 0; i < CALM_REQUESTS; i++) {
    times.get.push(await timed(() => send(pool, "GET", `${PATH}/pod-${i}`, undefined, token)));
    const body = mapText(`calm-${name}-${i}`);
    times.create.push(await timed(() => send(pool, "POST", `${SPACE}/configmaps`, body, token)));
  }
  return times;
}

/** How many requests of the flood were answered so far. */
async function answered(flood: ChildProcess): Promise<number> {
  flood.send("count");
  const [count] = (await once(flood, "message")) as [number];
  return count;
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
