// One pod at a time ends while the node is short of memory.
import type { Pod } from "@skates/api/core/v1";
import { silentLogger, virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import { SimulatedRuntime } from "../simulated/simulated-runtime.ts";
import { MemoryEvictor } from "./memory-evictor.ts";

const { signal } = new AbortController();
const pod = (name: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, uid: name },
  spec: { containers: [{ name: "a" }] },
});

test("none while there is enough, else the first that does not stay", async () => {
  const clock = virtualClock();
  const asked: string[] = [];
  let availableBytes = 100;
  const evictor = new MemoryEvictor({
    runtime: new SimulatedRuntime({ clock, podCidr: "10.244.0.0/24", node: "n" }),
    clock,
    log: silentLogger,
    pods: () => [pod("stays"), pod("goes"), pod("lives")],
    availableBytes: () => Promise.resolve(availableBytes),
    thresholdBytes: 100,
    evict: ({ metadata: { name } }) => asked.push(name) > 0 && name !== "stays",
  });
  expect([await evictor.look(signal), asked]).toEqual([false, []]);
  availableBytes = 99;
  expect([await evictor.look(signal), asked]).toEqual([true, ["stays", "goes"]]);
});
