// Which pods go when the node is short of something, and what is told of them.
import type { Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { evictionMessage } from "./eviction-message.ts";
import { evictionOrder, type PodUse } from "./eviction-order.ts";
import type { Observations } from "./pressure-state.ts";
import { DEFAULT_EVICTION_HARD, parseThresholds, type Scarce } from "./thresholds.ts";

const MEBIBYTE = 1024 * 1024;
const pod = (name: string, requests: Readonly<Record<string, string>> = {}, priority = 0): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, uid: name },
  spec: { priority, containers: [{ name: "a", resources: { requests } }] },
});
const use = (total: number): PodUse => ({ total, containers: new Map([["a", total]]) });
const using = (uses: Readonly<Record<string, number>>) =>
  new Map(Object.entries(uses).map(([uid, mebibytes]) => [uid, use(mebibytes * MEBIBYTE)]));
const order = (scarce: Scarce, pods: readonly Pod[], uses: ReadonlyMap<string, PodUse>) =>
  evictionOrder(scarce, pods, uses).map((p) => p.metadata.name);

test.each(["memory", "ephemeral-storage"] as const)(
  "%s: above what was asked for, then importance, then how much",
  (of) => {
    const pods = [pod("modest", { [of]: "8Mi" }), pod("grand", {}, 5), pod("greedy"), pod("above", { [of]: "1Mi" })];
    const uses = using({ modest: 4, grand: 900, greedy: 10, above: 12 });
    expect(order(of, pods, uses)).toEqual(["above", "greedy", "grand", "modest"]);
    expect(order(of, [...pods, pod("unknown", { [of]: "1Gi" }, 9)], uses)[0]).toBe("unknown");
  },
);

test("nobody asks for inodes, and of processes only importance and number count", () => {
  const pods = [pod("some", { "ephemeral-storage": "8Mi" }), pod("many"), pod("grand", {}, 5)];
  const uses = using({ some: 1, many: 2, grand: 9 });
  expect(order("inodes", pods, uses)).toEqual(["many", "some", "grand"]);
  expect(order("pids", pods, uses)).toEqual(["many", "some", "grand"]);
});

const thresholds = parseThresholds({ hard: DEFAULT_EVICTION_HARD });
const say = (of: string, p: Pod, taken: PodUse | undefined, observations: Observations) =>
  evictionMessage(p, taken, { due: thresholds.filter(({ signal }) => signal === of), observations });

test("the containers that use more than they asked for are named", () => {
  const observations: Observations = new Map([
    ["memory.available", { available: 50 * MEBIBYTE, capacity: 2 ** 33 }],
    ["nodefs.available", { available: 50 * MEBIBYTE, capacity: 2 ** 30 }],
    ["nodefs.inodesFree", { available: 4000, capacity: 100_000 }],
  ]);
  const low = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ";
  expect(say("memory.available", pod("p", { memory: "1Mi" }), use(3 * MEBIBYTE), observations)).toBe(
    `${low}Container a was using 3Mi, request is 1Mi, has larger consumption of memory. `,
  );
  expect(say("memory.available", pod("p", { memory: "4Mi" }), use(3 * MEBIBYTE), observations)).toBe(low);
  expect(say("memory.available", pod("p"), undefined, observations)).toBe(low);
  expect(say("nodefs.available", pod("p"), use(1500), observations)).toBe(
    "The node was low on resource: ephemeral-storage. Threshold quantity: 53687092, available: 50Mi. " +
      "Container a was using 1500, request is 0, has larger consumption of ephemeral-storage. ",
  );
  expect(say("nodefs.inodesFree", pod("p"), use(1500), observations)).toBe(
    "The node was low on resource: inodes. Threshold quantity: 5000, available: 4k. ",
  );
});
