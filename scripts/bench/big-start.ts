// What a start costs with 100,000 pods on disk: time until the API server has read them all, CPU, and memory after a collection.
// Run: npx tsx scripts/bench/big-start.ts [pods]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { builtinResources } from "@skates/api";
import { pods } from "@skates/api/core/v1";
import { applyDefaults, decodeJson, encodeJsonBytes } from "@skates/apimachinery";
import { createApiServer } from "@skates/apiserver";
import { openTo } from "@skates/apiserver/testing";
import { createEnv } from "@skates/component-base";
import { systemClock, systemRandom } from "@skates/component-base/node";
import { openDiskStore } from "@skates/storage/node";
import { report } from "./lib/figure.ts";
import { podText } from "./lib/pod.ts";

const count = Number(process.argv[2] ?? 100_000);
const WRITERS = 256;
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const clock = systemClock();
const never = new AbortController().signal;
const directory = mkdtempSync(join(tmpdir(), "skates-big-start-"));
try {
  await fill();
  await start();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
process.exit(0);

async function fill(): Promise<void> {
  const store = await openDiskStore({ clock, directory });
  let next = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      for (let i = next++; i < count; i = next++) {
        const { object } = decodeJson<object>(pods.schema, Buffer.from(podText(`pod-${i}`)));
        const value = encodeJsonBytes(pods.schema, applyDefaults(pods.schema, object));
        await store.commit(`/registry/pods/default/pod-${i}`, 0, value, {}, never);
      }
    }),
  );
  await store.close();
}

async function start(): Promise<void> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const store = await openDiskStore({ clock, directory });
  const server = createApiServer({
    env: createEnv({ clock, random: systemRandom() }),
    store,
    resources: builtinResources.filter(({ group }) => group !== "metrics.k8s.io"),
    ...openTo({ name: "bench", groups: [] }),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const ending = new AbortController();
  const running = server.run(ending.signal);
  while (!server.ready()) await clock.sleep(1, never);
  const { user, system } = process.cpuUsage(cpu);
  const what = `start with ${count} pods on disk`;
  report({ what: `${what}, until ready`, value: performance.now() - startedMs, unit: "ms" });
  report({ what: `${what}, CPU`, value: (user + system) / 1000, unit: "ms" });
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  report({ what: `${what}, memory after a collection`, value: (heapUsed + arrayBuffers) / 2 ** 20, unit: "MB" });
  ending.abort(new Error("done"));
  await running;
  await store.close();
}
