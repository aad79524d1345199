/**
 * One write seen by 1,000 watchers through TLS: CPU of the server process per delivery, and how long after the write was sent a watcher
 * has it. The watchers share HTTP/2 connections, as those of controllers do. The latency holds this process's own work on 1,000 events.
 */
import { type ClientHttp2Session, connect } from "node:http2";
import { once } from "node:events";
import { type BenchCluster, benchCluster, upFlags } from "./lib/cluster.ts";
import { report } from "./lib/figure.ts";
import { cpuMs } from "./lib/process-use.ts";

const CONNECTIONS = 20;
const WATCHERS = 1000;
const WRITES = 100;
const WARM = 20;
const PATH = "/api/v1/namespaces/default/configmaps";

const cluster = await benchCluster();
try {
  cluster.skates("up", ...upFlags(cluster), "--runtime", "simulated");
  await fanOut(cluster);
} finally {
  cluster.delete();
}

async function fanOut({ port, pem, pids }: BenchCluster): Promise<void> {
  const pid = pids().server[0] ?? 0;
  const tls = { ca: pem("ca.crt"), cert: pem("admin.crt"), key: pem("admin.key") };
  const sessions = Array.from({ length: CONNECTIONS }, () => connect(`https://127.0.0.1:${port}`, tls));
  await Promise.all(sessions.map((session) => once(session, "connect")));
  const arrivals: number[] = [];
  let sentMs = 0;
  let left = 0;
  let done = (): void => undefined;
  const arrived = (): void => {
    arrivals.push(performance.now() - sentMs);
    if (--left === 0) done();
  };
  for (let i = 0; i < WATCHERS; i++) await watch(sessions[i % CONNECTIONS], arrived);
  const writer = connect(`https://127.0.0.1:${port}`, tls);
  const write = async (i: number): Promise<void> => {
    const all = new Promise<void>((resolve) => (done = resolve));
    left = WATCHERS;
    sentMs = performance.now();
    const body = JSON.stringify({ metadata: { name: `fan-${i}` }, data: { text: "x".repeat(2500) } });
    const stream = writer.request({ ":method": "POST", ":path": PATH, "content-type": "application/json" });
    stream.end(body);
    stream.resume();
    await Promise.all([once(stream, "end"), all]);
  };
  for (let i = 0; i < WARM; i++) await write(i);
  arrivals.length = 0;
  const cpu = cpuMs(pid);
  for (let i = 0; i < WRITES; i++) await write(WARM + i);
  const value = ((cpuMs(pid) - cpu) * 1000) / (WRITES * WATCHERS);
  for (const session of [...sessions, writer]) session.destroy();
  arrivals.sort((a, b) => a - b);
  const quantile = (q: number): number => arrivals[Math.floor(arrivals.length * q)] ?? Number.NaN;
  const what = `one write seen by ${WATCHERS} watchers through TLS`;
  report({ what: `${what}, CPU per delivery`, value, unit: "us" });
  report({ what: `${what}, latency p50`, value: quantile(0.5), unit: "ms" });
  report({ what: `${what}, latency p99`, value: quantile(0.99), unit: "ms" });
}

/** Resolves once the watch is answered. */
async function watch(session: ClientHttp2Session | undefined, arrived: () => void): Promise<void> {
  if (session === undefined) throw new Error("no connection");
  const stream = session.request({ ":path": `${PATH}?watch=true&resourceVersion=0&timeoutSeconds=600` });
  await once(stream, "response");
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      if (text.slice(0, end).includes('"name":"fan-')) arrived();
      text = text.slice(end + 1);
    }
  });
}
