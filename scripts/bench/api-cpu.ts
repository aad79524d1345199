/**
 * CPU of the server process per request through TLS, with the durable store, 64 clients at a time: create, get, update, apply and list
 * of pods of 1.6 kB.
 * Starts a cluster of its own (simulated, so that nothing else works beside) in a temporary directory.
 */
import { Pool } from "undici";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { report } from "./lib/figure.ts";
import { each } from "./lib/each.ts";
import { podText } from "./lib/pod.ts";
import { anonymousMb, cpuMs } from "./lib/process-use.ts";

const CLIENTS = 64;
const PODS = 10_000;
const GETS = 20_000;
const WRITES = 1500;
const LISTS = 5;
const FORMS = [
  ["JSON", "application/json"],
  ["protobuf", "application/vnd.kubernetes.protobuf"],
] as const;
const LIST_QUERIES = [
  ["from cache", "resourceVersion=0"],
  ["consistent", ""],
  ["in pages of 500", "limit=500"],
  ["by a label that none has", "labelSelector=tier%3Dnone"],
] as const;
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
    each(GETS, CLIENTS, (i) => request(pool, "GET", `${PATH}/pod-${i % PODS}`)),
  );
  const updating = await measured("update", { pid, count: 2 * WRITES, aim: undefined }, await updates(pool));
  const applying = await measured("server-side apply", { pid, count: 2 * WRITES, aim: undefined }, await applies(pool));
  report({ what: "server-side apply, of an update", value: applying / updating, unit: "x", aim: 2 });
  for (const [form, accept] of FORMS) {
    for (const [how, query] of LIST_QUERIES) {
      const read = (): Promise<number> => list(pool, query, accept);
      const what = `list of ${PODS + 500}, ${how}, ${form} (${((await read()) / 1e6).toFixed(1)} MB)`;
      await measured(what, { pid, count: LISTS, aim: undefined }, async () => {
        for (let i = 0; i < LISTS; i++) await read();
      });
    }
  }
  await pool.destroy();
  report({ what: "RssAnon of the server per pod created", value: grownKb, unit: "kB" });
  report({ what: `RssAnon of the server with ${PODS + 500} pods`, value: anonymousMb(pid), unit: "MB" });
}

interface Measured {
  readonly pid: number;
  readonly count: number;
  readonly aim: number | undefined;
}

async function measured(what: string, { pid, count, aim }: Measured, work: () => Promise<void>): Promise<number> {
  const cpu = cpuMs(pid);
  const fromMs = performance.now();
  await work();
  const perSecond = (count * 1000) / (performance.now() - fromMs);
  const value = (cpuMs(pid) - cpu) / count;
  report({ what: `${what}, CPU through TLS (${perSecond.toFixed(0)}/s)`, value, unit: "ms", aim });
  return value;
}

type Method = "GET" | "PATCH" | "POST" | "PUT";

async function request(pool: Pool, method: Method, path: string, body?: string): Promise<string> {
  const type = method === "PATCH" ? "application/apply-patch+yaml" : "application/json";
  const { statusCode, body: answer } = await pool.request({
    method,
    path,
    headers: { "content-type": type, accept: "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (statusCode >= 300) throw new Error(`${statusCode}: ${text.slice(0, 300)}`);
  return text;
}

function create(pool: Pool, prefix: string, count: number): Promise<void> {
  return each(count, CLIENTS, (i) => request(pool, "POST", PATH, podText(`${prefix}-${i}`)));
}

/** Each of some pods twice gets another label, after once that is not counted. */
async function updates(pool: Pool): Promise<() => Promise<void>> {
  const current = new Map<number, Metadata>();
  const update = async (i: number, round: number): Promise<void> => {
    const path = `${PATH}/pod-${i}`;
    const object = current.get(i) ?? (JSON.parse(await request(pool, "GET", path)) as Metadata);
    object.metadata.labels["round"] = String(round);
    current.set(i, JSON.parse(await request(pool, "PUT", path, JSON.stringify(object))) as Metadata);
  };
  await each(WRITES, CLIENTS, (i) => update(i, 0));
  return async () => {
    for (const round of [1, 2]) await each(WRITES, CLIENTS, (i) => update(i, round));
  };
}

/** The parts of an answer that an update changes. */
interface Metadata {
  readonly metadata: { readonly labels: Record<string, string> };
}

/** The same by applying the whole pod, as its creator wrote it, under another manager. */
async function applies(pool: Pool): Promise<() => Promise<void>> {
  const query = "fieldManager=applier&force=true";
  const apply = (i: number, round: number): Promise<string> =>
    request(pool, "PATCH", `${PATH}/pod-${i}?${query}`, podText(`pod-${i}`, { applied: String(round) }));
  await each(WRITES, CLIENTS, (i) => apply(i, 0));
  return async () => {
    for (const round of [1, 2]) await each(WRITES, CLIENTS, (i) => apply(i, round));
  };
}

/** Bytes of a list, page by page where it comes in pages. */
async function list(pool: Pool, query: string, accept: string): Promise<number> {
  let size = 0;
  let token = "";
  do {
    const path = `${PATH}?${query}${token === "" ? "" : `&continue=${encodeURIComponent(token)}`}`;
    const { statusCode, body } = await pool.request({ method: "GET", path, headers: { accept } });
    const bytes = Buffer.from(await body.arrayBuffer());
    if (statusCode >= 300) throw new Error(`${statusCode}: ${bytes.toString("utf8", 0, 300)}`);
    size += bytes.length;
    // In both forms the token is a run of base64 that stands for an object.
    const head = bytes.toString("latin1", 0, 400);
    token = /eyJ[\w+/=-]{20,}/.exec(head)?.[0] ?? "";
  } while (token !== "");
  return size;
}
