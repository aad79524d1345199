// What a stored pod weighs in the server's process beyond its one encoded copy, after a collection: with the API server alone, with the
// controllers, and with the scheduler behind a port, all in this process on a store on disk. Nobody asks for the pods.
// Run: npx tsx scripts/bench/memory.ts [pods]
import { setMaxListeners } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MessageChannel } from "node:worker_threads";
import { builtinResources } from "@skates/api";
import type { ApiRequest } from "@skates/apimachinery";
import { type Client, clientFor, portHandler, servePort } from "@skates/client";
import { createEnv, TaskGroup } from "@skates/component-base";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { createControllerManager } from "@skates/kube-controller-manager";
import { createScheduler } from "@skates/kube-scheduler";
import { openDiskStore } from "@skates/storage/node";
import { nodePort } from "../../packages/skates/src/compose/node-port.ts";
import { benchApiServer } from "./lib/api-server.ts";
import { report } from "./lib/figure.ts";
import { podText } from "./lib/pod.ts";

const count = Number(process.argv[2] ?? 10_000);
/** Of these nothing is counted: they fill the rings that are bounded. */
const FIRST = 5000;
const NAMESPACE = "/api/v1/namespaces/default";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
setMaxListeners(0);
const clock = systemClock();
const env = createEnv({ clock, random: systemRandom() });

for (const [name, parts] of [
  ["the API server", { controllers: false, scheduler: false }],
  ["with the controllers", { controllers: true, scheduler: false }],
  ["with controllers and scheduler", { controllers: true, scheduler: true }],
] as const) {
  const { beyond, encoded } = await weigh(parts);
  report({
    what: `memory of a pod beyond its ${encoded} encoded bytes, ${name}`,
    value: beyond,
    unit: "bytes",
    aim: 1024,
  });
}
process.exit(0);

interface Parts {
  readonly controllers: boolean;
  readonly scheduler: boolean;
}

async function weigh(parts: Parts): Promise<{ readonly beyond: number; readonly encoded: number }> {
  const dir = mkdtempSync(join(tmpdir(), "skates-memory-"));
  const store = await openDiskStore({ directory: dir, clock });
  const ending = new AbortController();
  const group = new TaskGroup(ending.signal);
  try {
    const server = benchApiServer(env, store);
    group.spawn((inner) => server.run(inner));
    while (!server.ready()) await clock.sleep(5, ending.signal);
    const clientAs = (name: string, groups: readonly string[] = []): Client =>
      clientFor(server.loopback({ name, groups }), { userAgent: "bench", clock });
    if (parts.controllers) {
      const manager = createControllerManager({ env, caBundle: () => "PEM", clientAs: (name) => clientAs(name) });
      group.spawn((inner) => manager.run(inner));
    }
    if (parts.scheduler) {
      const { port1, port2 } = new MessageChannel();
      servePort(nodePort(port1), server.loopback({ name: "system:kube-scheduler", groups: [] }), ending.signal);
      const client = clientFor(portHandler(nodePort(port2), builtinResources), { userAgent: "kube-scheduler", clock });
      group.spawn((inner) => createScheduler({ client, env }).run(inner));
    }
    await clock.sleep(2000, ending.signal);
    const create = async (i: number): Promise<number> => {
      const response = await server.handler(creation(`${NAMESPACE}/pods`, podText(`pod-${i}`)));
      if (response.status !== 201 || response.body.kind !== "bytes") throw new Error(String(response.status));
      let bytes = 0;
      for await (const chunk of response.body.chunks) bytes += chunk.length;
      return bytes;
    };
    // Without controllers nobody else makes it.
    await server.handler(creation(`${NAMESPACE}/serviceaccounts`, JSON.stringify({ metadata: { name: "default" } })));
    for (let i = 0; i < FIRST; i++) await create(i);
    const before = await used();
    let encoded = 0;
    for (let i = 0; i < count; i++) encoded += await create(FIRST + i);
    return { beyond: ((await used()) - before - encoded) / count, encoded: Math.round(encoded / count) };
  } finally {
    ending.abort(new Error("done"));
    await group.join().catch(() => undefined);
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Bytes in use, in the heap and in buffers beside it, once what is on its way has arrived. */
async function used(): Promise<number> {
  await clock.sleep(3000, new AbortController().signal);
  for (let i = 0; i < 3; i++) {
    collect();
    await clock.sleep(50, new AbortController().signal);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function creation(path: string, text: string): ApiRequest {
  const bytes = Buffer.from(text);
  const mediaType = "application/json";
  return {
    method: "POST",
    path,
    query: new URLSearchParams(),
    headers: { "user-agent": "bench/1.0", accept: mediaType, "content-type": mediaType },
    body: { kind: "bytes", mediaType, read: () => Promise.resolve(bytes) },
    peer: {
      tls: {
        remoteAddress: "127.0.0.1",
        certificate: {
          commonName: "admin",
          organizations: ["system:masters"],
          serialNumber: "1",
          fingerprint: "",
          notAfterMs: Number.MAX_SAFE_INTEGER,
        },
      },
    },
    signal: new AbortController().signal,
  };
}
