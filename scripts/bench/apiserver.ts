// CPU of the API server per request, in process: the handler on bytes over the store in memory, without TLS and disk.
// Run: npx tsx scripts/bench/apiserver.ts [pods]
import { readFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
import { setImmediate as turn } from "node:timers/promises";
import { builtinResources } from "@skates/api";
import type { ApiRequest, ApiResponse } from "@skates/apimachinery";
import { createApiServer } from "@skates/apiserver";
import { openTo } from "@skates/apiserver/testing";
import { createEnv } from "@skates/component-base";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { memoryStore } from "@skates/storage";
import { report } from "./lib/figure.ts";

const pods = Number(process.argv[2] ?? 10_000);
const clock = systemClock();
const env = createEnv({ clock, random: systemRandom() });
const server = createApiServer({
  env,
  store: memoryStore({ clock }),
  resources: builtinResources.filter(({ group }) => group !== "metrics.k8s.io"),
  ...openTo({ name: "bench", groups: [] }),
  turn: () => turn(),
});
const ending = new AbortController();
const running = server.run(ending.signal);
const PATH = "/api/v1/namespaces/default/pods";

function request(method: string, path: string, query = "", bytes?: Uint8Array): ApiRequest {
  const mediaType = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { "user-agent": "bench/1.0", accept: "application/json", "content-type": mediaType },
    body: bytes === undefined ? { kind: "none" } : { kind: "bytes", mediaType, read: () => Promise.resolve(bytes) },
    peer: { tls: { remoteAddress: "" } },
    signal: new AbortController().signal,
  };
}

async function drain(response: ApiResponse): Promise<number> {
  if (response.body.kind !== "bytes") throw new Error(response.body.kind);
  let size = 0;
  for await (const chunk of response.body.chunks) size += chunk.length;
  if (response.status >= 400) throw new Error(String(response.status));
  return size;
}

function pod(index: number): Uint8Array {
  const env = Array.from({ length: 12 }, (_, i) => ({ name: `VARIABLE_${i}`, value: `value-${i}` }));
  return Buffer.from(
    JSON.stringify({
      kind: "Pod",
      apiVersion: "v1",
      metadata: { name: `pod-${index}`, labels: { app: `app-${index % 100}`, tier: "web" } },
      spec: { nodeName: `node-${index % 1000}`, containers: [{ name: "main", image: "registry/image:1", env }] },
    }),
  );
}

/** CPU time of this thread: unlike the clock's, turns measured by it do not grow when others use the machine. */
function threadMs(): number {
  return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]) / 1e6;
}

/** Runs `count` times, `lanes` at a time; gives the CPU and that of the longest turn. */
async function measure(
  name: string,
  count: number,
  lanes: number,
  step: (i: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  let worst = 0;
  let watching = true;
  const pauses = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collected = Math.max(collected, duration);
  });
  let collected = 0;
  pauses.observe({ entryTypes: ["gc"] });
  const stalls = (async () => {
    for (let last = threadMs(); watching; ) {
      await turn();
      const now = threadMs();
      worst = Math.max(worst, now - last);
      last = now;
    }
  })();
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < count) {
        await step(next++);
        // Nothing here waits for a socket: without this all steps together would be one turn.
        if (lanes === 1) await turn();
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  watching = false;
  await stalls;
  pauses.disconnect();
  const each = (user + system) / count;
  report({ what: `in process: ${name}, CPU`, value: each, unit: "us" });
  // With many lanes the turn is that of the load and not of the server.
  if (lanes !== 1) return;
  report({ what: `in process: ${name}, longest turn, CPU of the thread`, value: worst, unit: "ms", aim: 10 });
  report({ what: `in process: ${name}, longest pause for a collection`, value: collected, unit: "ms" });
}

await measure("warm-up: create and get", 2000, 64, async (i) => {
  await drain(await server.handler(request("POST", "/api/v1/namespaces/warm/pods", "", pod(i))));
  await drain(await server.handler(request("GET", `/api/v1/namespaces/warm/pods/pod-${i}`)));
});
await measure("create a pod", pods, 64, async (i) => drain(await server.handler(request("POST", PATH, "", pod(i)))));
await measure("get a pod", 20_000, 64, async (i) =>
  drain(await server.handler(request("GET", `${PATH}/pod-${i % pods}`))),
);
await measure("patch a pod (merge)", 5000, 16, async (i) => {
  const bytes = Buffer.from(JSON.stringify({ metadata: { labels: { round: String(i) } } }));
  await drain(await server.handler(request("PATCH", `${PATH}/pod-${i % pods}`, "", bytes)));
});
await measure(`list ${pods} pods`, 20, 1, async () => drain(await server.handler(request("GET", PATH))));
await measure("list of one node's pods", 1000, 1, async () =>
  drain(await server.handler(request("GET", "/api/v1/pods", "fieldSelector=spec.nodeName%3Dnode-7"))),
);
await measure("list by label", 20, 1, async () =>
  drain(await server.handler(request("GET", "/api/v1/pods", "labelSelector=app%3Dapp-7"))),
);
await measure("page of 500", 100, 1, async () => drain(await server.handler(request("GET", PATH, "limit=500"))));

const WATCHERS = 1000;
const WRITES = 50;
let delivered = 0;
let watched = 0;
const stopWatching = new AbortController();
const watching = Array.from({ length: WATCHERS }, async () => {
  const response = await server.handler({
    ...request("GET", "/api/v1/namespaces/fan/configmaps", "watch=true"),
    signal: stopWatching.signal,
  });
  if (response.body.kind !== "bytes") throw new Error(response.body.kind);
  watched++;
  for await (const chunk of response.body.chunks) if (chunk.length > 0) delivered++;
});
// A thousand watches that begin in one turn are the load's doing.
while (watched < WATCHERS) await turn();
for (let i = 0; i < 10; i++) await turn();
await measure(`write seen by ${WATCHERS} watchers, per delivery`, WRITES * WATCHERS, 1, async (i) => {
  if (i % WATCHERS !== 0) return;
  const body = { metadata: { name: `m-${i / WATCHERS}` }, data: { text: "x".repeat(2500) } };
  await drain(
    await server.handler(request("POST", "/api/v1/namespaces/fan/configmaps", "", Buffer.from(JSON.stringify(body)))),
  );
  while (delivered < (i / WATCHERS + 1) * WATCHERS) await turn();
});
stopWatching.abort();
await Promise.all(watching);
process.stdout.write(
  `heap ${(process.memoryUsage().heapUsed / 1e6).toFixed(0)} MB, rss ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB\n`,
);
ending.abort();
await running;
