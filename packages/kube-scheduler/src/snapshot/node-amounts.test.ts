// What is worked out about rows of amounts is worked out once for those that are alike, and anew when a node changes.
import type { Node } from "@skates/api/core/v1";
import { expect, test } from "vitest";
import { Cluster } from "./cluster.ts";
import { AMOUNT, AMOUNTS } from "./node-amounts.ts";

const node = (name: string, cpu: string): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, uid: name },
  spec: {},
  status: { allocatable: { cpu, memory: "1Gi", pods: "10" } },
});

test("nodes that are alike are asked about once", () => {
  const cluster = new Cluster();
  for (let i = 0; i < 20; i++) cluster.setNode(node(`n${i}`, i % 2 === 0 ? "1" : "2"));
  let asked = 0;
  const cpuOf = cluster.amounts.memo((rows, at) => {
    asked++;
    return rows[at + AMOUNT.cpu] ?? 0;
  });
  const all = (): readonly number[] => cluster.nodes.map((one) => (one === undefined ? -1 : cpuOf(one.slot)));
  expect([all(), asked]).toEqual([Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1000 : 2000)), 2]);
  cluster.setNode(node("n0", "3"));
  expect([all().slice(0, 3), asked]).toEqual([[3000, 2000, 1000], 5]);
});

test("where all differ each is asked about, and a row is where the slot says", () => {
  const cluster = new Cluster();
  for (let i = 0; i < 5; i++) cluster.setNode(node(`n${i}`, String(i + 1)));
  const at: number[] = [];
  const cpuOf = cluster.amounts.memo((rows, place) => {
    at.push(place);
    return rows[place + AMOUNT.cpu] ?? 0;
  });
  expect([0, 1, 2, 3, 4, 4].map(cpuOf)).toEqual([1000, 2000, 3000, 4000, 5000, 5000]);
  expect(at).toEqual([0, 1, 2, 3, 4, 4].map((slot) => slot * AMOUNTS));
});
