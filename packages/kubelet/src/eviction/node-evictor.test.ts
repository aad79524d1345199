// A node that runs short: what nobody misses goes first, then one pod after another, each with the time it gets.
import type { Pod } from "@skates/api/core/v1";
import { silentLogger, virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import type { Pressure } from "../node-status/machine.ts";
import { NodeEvictor } from "./node-evictor.ts";
import type { Observations } from "./pressure-state.ts";
import { parseThresholds, type ThresholdTexts } from "./thresholds.ts";

const { signal } = new AbortController();
const pod = (name: string, priority = 0): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, uid: name },
  spec: { priority, terminationGracePeriodSeconds: 30, containers: [{ name: "a" }] },
});

/** A node with the disk of 100 bytes and memory without end. */
function node(texts: Partial<ThresholdTexts> = {}) {
  const clock = virtualClock();
  const thresholds = parseThresholds({ hard: new Map([["nodefs.available", "10%"]]), ...texts });
  const told: string[] = [];
  const world = { free: 100, garbage: 0, ended: false, pressure: undefined as Pressure | undefined };
  const pods = [pod("stays"), pod("goes"), pod("lives", 1)];
  const evictor = new NodeEvictor({
    settings: { thresholds, transitionMs: 60_000, graceSecondsMax: 20 },
    clock,
    log: silentLogger,
    pods: () => pods,
    observe: (): Promise<Observations> =>
      Promise.resolve(new Map([["nodefs.available", { available: world.free, capacity: 100 }]])),
    uses: () =>
      Promise.resolve(new Map(pods.map(({ metadata: { uid = "" } }) => [uid, { total: 1, containers: new Map() }]))),
    reclaim: () => {
      world.free += world.garbage;
      world.garbage = 0;
      told.push("reclaim");
      return Promise.resolve(true);
    },
    evict: ({ metadata: { name } }, message, graceSeconds) => {
      told.push(`${name} ${graceSeconds}s: ${message}`);
      return name !== "stays";
    },
    evicted: (of) => told.push(`counts ${of}`),
    hasEnded: () => world.ended,
    begins: (scarce) => told.push(`begins ${scarce}`),
    seen: (pressure) => {
      world.pressure = pressure;
    },
  });
  return { clock, told, world, evictor };
}
const low = "The node was low on resource: ephemeral-storage. Threshold quantity: 10, available: 5. ";

test("nothing is done while there is enough; garbage goes before pods, and the less important before others", async () => {
  const { told, world, evictor } = node();
  expect([await evictor.look(signal), told, world.pressure?.disk]).toEqual([undefined, [], false]);
  Object.assign(world, { free: 5, garbage: 50 });
  expect([await evictor.look(signal), told, world.pressure?.disk]).toEqual([
    undefined,
    ["begins ephemeral-storage", "reclaim"],
    true,
  ]);
  told.length = 0;
  world.free = 5;
  expect([(await evictor.look(signal))?.metadata.name, told]).toEqual([
    "goes",
    ["begins ephemeral-storage", "reclaim", `stays 1s: ${low}`, `goes 1s: ${low}`, "counts nodefs.available"],
  ]);
});

test("for a soft threshold pods get the time they ask for, up to the limit", async () => {
  const { told, world, evictor, clock } = node({
    hard: new Map(),
    soft: new Map([["nodefs.available", "10"]]),
    softGracePeriod: new Map([["nodefs.available", "1m"]]),
  });
  world.free = 5;
  expect([await evictor.look(signal), told]).toEqual([undefined, []]);
  await clock.advance(60_000);
  await evictor.look(signal);
  expect(told.slice(2)).toEqual([`stays 20s: ${low}`, `goes 20s: ${low}`, "counts nodefs.available"]);
});

test("the next pod goes when the last has ended, or after half a minute", async () => {
  const { told, world, evictor, clock } = node();
  world.free = 5;
  const stop = new AbortController();
  const running = evictor.run(stop.signal);
  const evicted = () => told.filter((text) => text.startsWith("goes")).length;
  await clock.advance(29_000);
  expect(evicted()).toBe(1);
  await clock.advance(1_000);
  expect(evicted()).toBe(2);
  world.ended = true;
  await clock.advance(1_000);
  expect(evicted()).toBe(3);
  world.free = 50;
  await clock.advance(20_000);
  expect(evicted()).toBe(3);
  stop.abort(new Error("end"));
  await running;
});
