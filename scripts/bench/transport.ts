/**
 * Transport: what the server process pays per request, event and megabyte through TLS. The load comes from a process of its own.
 * Run with `npx tsx scripts/bench/transport.ts`.
 */
import { fork } from "node:child_process";
import { once, setMaxListeners } from "node:events";
import { type ClientHttp2Session, connect as connectH2 } from "node:http2";
import { get as httpsGet } from "node:https";
import type { ApiResponse, Handler } from "@skates/apimachinery";
import { seededRandom, silentLogger } from "@skates/component-base";
import { systemClock } from "@skates/component-base/node";
import { nodePki } from "@skates/pki/node";
import { httpsHandler, serveHandler } from "@skates/transport/node";

const OBJECT = new Uint8Array(1600).fill(120);
const EVENT = new Uint8Array(3000).fill(121);
const LIST = Array.from({ length: 10_000 }, () => new Uint8Array(3000).fill(122));
const REQUESTS = 30_000;
const WATCHERS = 1_000;
const EVENTS = 100;
const DAY_MS = 86_400_000;

interface Order {
  readonly what: string;
  readonly url: string;
  readonly ca: string;
}

setMaxListeners(0); // all requests of the load share one signal
const [, , role] = process.argv;
if (role === "client") {
  process.on("message", (order: Order) => {
    void load(order).then(() => process.send?.({ done: order.what }));
  });
  process.send?.({ done: "start" });
} else await serve();

// ---- the server -----------------------------------------------------------------------------------------------------

async function serve(): Promise<void> {
  const clock = systemClock();
  const pki = nodePki({ clock, random: seededRandom(1) });
  const ca = await pki.createCa("bench", DAY_MS);
  const issued = await pki
    .authority(ca)
    .issue({ commonName: "localhost", ipAddresses: ["127.0.0.1"], usages: ["server"], validMs: DAY_MS });
  const watchers = new Set<(chunk: Uint8Array | undefined) => void>();
  const handler: Handler = async (request) => {
    if (request.body.kind === "bytes") await request.body.read(10_000);
    if (request.path === "/list") return bytes(LIST);
    return request.path === "/watch" ? bytes(feed(watchers)) : bytes([OBJECT]);
  };
  const tls = { ...issued, clientCas: [ca.cert] };
  const served = await serveHandler({
    handler,
    tls,
    address: "127.0.0.1",
    port: 0,
    log: silentLogger,
    clock,
    limits: { streamsMax: 10_000 },
  });
  const url = `https://127.0.0.1:${served.port}`;
  const child = fork(import.meta.filename, ["client"], { execArgv: process.execArgv });
  const answered = async (what: string): Promise<void> => {
    for (;;) {
      const [message] = await once(child, "message");
      if (message.done === what) return;
    }
  };
  await answered("start");
  const run = async (what: string, count: number, unit: string): Promise<void> => {
    const before = process.cpuUsage();
    const at = performance.now();
    child.send({ what, url, ca: ca.cert });
    await answered(what);
    report(what, { before, at, count, unit });
  };
  for (let round = 0; round < 2; round++) {
    await run("get h1, 64 connections", REQUESTS, "request");
    await run("get h2, 64 in flight on 4 connections", REQUESTS, "request");
    await run("post h1, 64 connections", REQUESTS, "request");
    await run("post h2, 64 in flight on 4 connections", REQUESTS, "request");
    await run("get by httpsHandler, 64 in flight", REQUESTS, "request");
    await run("list of 30 MB, h1, 10 times", 300, "MB");
    await run("list of 30 MB, h2, 10 times", 300, "MB");
    for (const version of ["h1", "h2"]) {
      const what = `watch ${version}`;
      child.send({ what, url, ca: ca.cert });
      while (watchers.size < WATCHERS) await new Promise((resolve) => setTimeout(resolve, 20));
      const before = process.cpuUsage();
      const at = performance.now();
      let turnMax = 0;
      for (let i = 0; i < EVENTS; i++) {
        const start = performance.now();
        for (const push of watchers) push(EVENT);
        turnMax = Math.max(turnMax, performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      for (const push of watchers) push(undefined);
      await answered(what);
      report(`${what}, ${WATCHERS} watchers, longest turn ${turnMax.toFixed(0)} ms`, {
        before,
        at,
        count: EVENTS * WATCHERS,
        unit: "delivery",
      });
      watchers.clear();
    }
  }
  child.kill();
  await served.close({ graceMs: 0 });
}

function bytes(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): ApiResponse {
  return {
    status: 200,
    headers: { "cache-control": "no-cache, private" },
    body: { kind: "bytes", mediaType: "application/json", chunks },
  };
}

async function* feed(watchers: Set<(chunk: Uint8Array | undefined) => void>): AsyncGenerator<Uint8Array> {
  const waiting: (Uint8Array | undefined)[] = [];
  let wake: () => void = () => undefined;
  const push = (chunk: Uint8Array | undefined): void => {
    waiting.push(chunk);
    wake();
  };
  watchers.add(push);
  for (;;) {
    while (waiting.length > 0) {
      const chunk = waiting.shift();
      if (chunk === undefined) return;
      yield chunk;
    }
    await new Promise<void>((resolve) => (wake = resolve));
  }
}

interface Measured {
  readonly before: NodeJS.CpuUsage;
  readonly at: number;
  readonly count: number;
  readonly unit: string;
}

function report(what: string, { before, at, count, unit }: Measured): void {
  const seconds = (performance.now() - at) / 1000;
  const { user, system } = process.cpuUsage(before);
  const cpu = ((user + system) / count).toFixed(1);
  console.log(`${what.padEnd(60)} ${Math.round(count / seconds)} ${unit}/s, ${cpu} us CPU per ${unit}`);
}

// ---- the load -------------------------------------------------------------------------------------------------------

async function load({ what, url, ca }: Order): Promise<void> {
  if (what.startsWith("watch")) return await watch(what.endsWith("h2"), url, ca);
  const body = what.startsWith("post") ? Buffer.from(OBJECT) : undefined;
  const path = what.startsWith("list") ? "/list" : "/object?x=1";
  const total = what.startsWith("list") ? 10 : REQUESTS;
  const width = what.startsWith("list") ? 1 : 64;
  if (!what.includes("h2")) {
    const client = httpsHandler({ server: url, ca, connectionsMax: width });
    await inParallel(width, total, async () => {
      const response = await client.handler({
        method: body === undefined ? "GET" : "POST",
        path: path.split("?")[0] ?? "",
        query: new URLSearchParams(path.split("?")[1]),
        headers: { accept: "application/json" },
        body:
          body === undefined
            ? { kind: "none" }
            : { kind: "bytes", mediaType: "application/json", read: async () => body },
        peer: { loopback: { name: "", groups: [] } },
        signal: NEVER,
      });
      if (response.body.kind === "bytes") for await (const _ of response.body.chunks);
    });
    return await client.close();
  }
  const sessions = Array.from({ length: 4 }, () => connectH2(url, { ca, settings: { initialWindowSize: 4 << 20 } }));
  let next = 0;
  await inParallel(width, total, () => {
    const session = sessions[next++ % sessions.length];
    return session === undefined ? Promise.resolve() : requestH2(session, path, body);
  });
  for (const session of sessions) session.close();
}

const NEVER = new AbortController().signal;

function requestH2(session: ClientHttp2Session, path: string, body?: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ":path": path, ":method": body === undefined ? "GET" : "POST" },
      { endStream: body === undefined },
    );
    stream.on("end", resolve).on("error", reject).resume();
    if (body !== undefined) stream.end(body);
  });
}

async function inParallel(width: number, total: number, one: () => Promise<void>): Promise<void> {
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: width }, worker));
}

async function watch(h2: boolean, url: string, ca: string): Promise<void> {
  if (h2) {
    const sessions = Array.from({ length: 4 }, () => connectH2(url, { ca, settings: { initialWindowSize: 4 << 20 } }));
    await Promise.all(
      Array.from({ length: WATCHERS }, (_, i) => requestH2(sessions[i % 4] ?? connectH2(url), "/watch?watch=1")),
    );
    for (const session of sessions) session.close();
    return;
  }
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      httpsGet(`${url}/watch?watch=1`, { ca, agent: false }, (response) => response.on("end", resolve).resume()).on(
        "error",
        reject,
      );
    });
  await Promise.all(Array.from({ length: WATCHERS }, one));
}
