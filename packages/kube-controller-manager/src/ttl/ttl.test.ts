// How long kubelets may keep what they have read, by the size of the cluster; a size at a border changes nothing.
import type { Node } from "@skates/api/core/v1";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { planTtlHint, ttlController, ttlSeconds } from "./controller.ts";

it.each([
  [1, undefined, 0],
  [100, undefined, 0],
  [101, undefined, 15],
  [95, "15", 15],
  [89, "15", 0],
  [480, "15", 15],
  [501, "15", 30],
  [5_000, undefined, 300],
  [20_000, "0", 300],
  [1_900, "60", 60],
  [1_900, "300", 300],
  [1_799, "300", 60],
  [3, "nonsense", 0],
])("%i nodes on the step of %s: %i", (count, known, seconds) => {
  expect(ttlSeconds(count, known)).toBe(seconds);
});

const node = (i: number, annotations?: Readonly<Record<string, string>>): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: `n${i}`, annotations },
  spec: {},
});
const TTL = "node.alpha.kubernetes.io/ttl";

it.each([
  ["without a hint", undefined, { [TTL]: "15" }],
  ["with the hint of another size, and a word of somebody else's", { [TTL]: "0", a: "b" }, { [TTL]: "15", a: "b" }],
  ["with the hint of its size", { [TTL]: "15" }, undefined],
])("a node %s, in a cluster of 101", (_title, before, after) => {
  const all = [node(0, before), ...Array.from({ length: 100 }, (_, i) => node(i + 1))];
  const indexes = Object.assign({}, ...ttlController.watches.map((one) => one.indexes));
  const view = { nodes: createLister(all, indexes) };
  const written = planTtlHint(view, { name: "n0" })
    .stages.flat()
    .map((action) => ("object" in action ? action.object.metadata.annotations : action.do));
  expect([written, planTtlHint(view, { name: "gone" }).stages]).toEqual([after === undefined ? [] : [after], []]);
});
