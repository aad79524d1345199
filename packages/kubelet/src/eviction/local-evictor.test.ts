// Pods that outgrow their limits on disk, with a runtime that says what containers wrote.
import type { Pod } from "@skates/api/core/v1";
import { silentLogger, virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import { CONTAINER_NAME, POD_UID } from "../pod/labels.ts";
import { SimulatedRuntime } from "../simulated/simulated-runtime.ts";
import { LocalEvictor } from "./local-evictor.ts";

const { signal } = new AbortController();
const KIBIBYTE = 1024;
const pod = (uid: string, limit: string | undefined): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: uid, uid },
  spec: {
    containers: [
      { name: "a", ...(limit === undefined ? {} : { resources: { limits: { "ephemeral-storage": limit } } }) },
    ],
    volumes: [{ name: "v", emptyDir: {} }],
  },
});

class WritingRuntime extends SimulatedRuntime {
  asked = 0;
  override containerStats() {
    this.asked++;
    const none = { timestampMs: 0, cpuNanoseconds: 0, workingSetBytes: 0, usageBytes: 0, rssBytes: 0 };
    const labels = { [POD_UID]: "writes", [CONTAINER_NAME]: "a" };
    const layer = { writableLayerBytes: 3 * KIBIBYTE, writableLayerInodes: 1, pageFaults: 0, majorPageFaults: 0 };
    return Promise.resolve([{ containerId: "c", labels, ...none, ...layer }]);
  }
}

test("layers, logs and volumes count; pods without limits are not looked at", async () => {
  const clock = virtualClock();
  const runtime = new WritingRuntime({ clock, podCidr: "10.244.0.0/24", node: "n" });
  const evicted: string[] = [];
  let pods = [pod("free", undefined)];
  let volume = 0;
  const evictor = new LocalEvictor({
    runtime,
    clock,
    log: silentLogger,
    pods: () => pods,
    volumeBytes: () => Promise.resolve(volume),
    logBytes: () => Promise.resolve(KIBIBYTE),
    evict: ({ metadata }, message) => void evicted.push(`${metadata.name}: ${message}`),
  });
  await evictor.look(signal);
  expect(runtime.asked).toBe(0);
  pods = [pod("writes", "4Ki"), pod("quiet", "4Ki")];
  await evictor.look(signal);
  expect(evicted).toEqual([]);
  volume = 1;
  await clock.advance(30_000);
  await evictor.look(signal);
  expect(evicted).toEqual([]);
  await clock.advance(30_000);
  await evictor.look(signal);
  expect(evicted).toEqual(["writes: Pod ephemeral local storage usage exceeds the total limit of containers 4Ki. "]);
});

test("long walks through volumes are followed by long rests", async () => {
  const clock = virtualClock();
  let walks = 0;
  const evictor = new LocalEvictor({
    runtime: new SimulatedRuntime({ clock, podCidr: "10.244.0.0/24", node: "n" }),
    clock,
    log: silentLogger,
    pods: () => [pod("p", "4Ki")],
    volumeBytes: async (_pod, _volume, stopped) => {
      walks++;
      await clock.sleep(30_000, stopped);
      return 0;
    },
    logBytes: () => Promise.resolve(0),
    evict: () => undefined,
  });
  const stop = new AbortController();
  const running = evictor.run(stop.signal);
  await clock.advance(320_000);
  expect(walks).toBe(1);
  await clock.advance(30_000);
  expect(walks).toBe(2);
  stop.abort(new Error("end"));
  await running;
});
