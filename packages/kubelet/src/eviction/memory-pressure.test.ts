// Which pods end when the node is short of memory, and what is told of them.
import type { Pod } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { memoryMessage, memoryOrder } from "./memory-pressure.ts";

const MEBIBYTE = 1024 * 1024;
const pod = (name: string, memory: string | undefined, priority = 0): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, uid: name },
  spec: {
    priority,
    containers: [{ name: "a", ...(memory === undefined ? {} : { resources: { requests: { memory } } }) }],
  },
});
const using = (uses: Readonly<Record<string, number>>) =>
  new Map(Object.entries(uses).map(([uid, mebibytes]) => [uid, new Map([["a", mebibytes * MEBIBYTE]])]));

test("who uses more than it asked for ends first, then the less important, then who is furthest above", () => {
  const pods = [pod("modest", "8Mi"), pod("grand", undefined, 5), pod("greedy", undefined), pod("above", "1Mi")];
  const use = using({ modest: 4, grand: 900, greedy: 10, above: 12 });
  expect(memoryOrder(pods, use).map((p) => p.metadata.name)).toEqual(["above", "greedy", "grand", "modest"]);
  expect(memoryOrder([...pods, pod("unknown", "1Gi")], use)[0]?.metadata.name).toBe("unknown");
});

test("the containers that use more than they asked for are named", () => {
  const lack = { availableBytes: 50 * MEBIBYTE, thresholdBytes: 100 * MEBIBYTE };
  const use = new Map([["a", 3 * MEBIBYTE]]);
  const low = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. ";
  expect(memoryMessage(pod("p", "1Mi"), use, lack)).toBe(
    `${low}Container a was using 3Mi, request is 1Mi, has larger consumption of memory. `,
  );
  expect(memoryMessage(pod("p", "4Mi"), use, lack)).toBe(low);
});
