// What `skates why` prints of an explanation.
import { expect, it } from "vitest";
import { linesOf } from "./why.ts";

it("tells what rules out nodes, and the smallest change", () => {
  expect(
    linesOf({
      nodeCount: 12,
      outright: [],
      ruledOut: [
        {
          plugin: "NodeResourcesFit",
          nodes: new Map([["Insufficient cpu", Array.from({ length: 12 }, (_, i) => `n${i}`)]]),
        },
      ],
      feasible: [],
      change: { node: "n3", steps: ["uncordon node n3"] },
    }),
  ).toEqual([
    "NodeResourcesFit rules out 12 of 12 nodes:",
    "  Insufficient cpu: n0, n1, n2, n3, n4, n5, n6, n7 and 4 more",
    "the smallest change that would let it in, on node n3:",
    "  uncordon node n3",
  ]);
});

it("tells the scores of nodes that will do", () => {
  expect(
    linesOf({
      nodeCount: 2,
      outright: [],
      ruledOut: [],
      feasible: [{ node: "a", total: 90, scores: { NodeAffinity: 20, NodeResourcesFit: 70 } }],
      change: undefined,
    }),
  ).toEqual(["1 of 2 nodes will do:", "  a  90 = NodeAffinity 20 + NodeResourcesFit 70"]);
});
