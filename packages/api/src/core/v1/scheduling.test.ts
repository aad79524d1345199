// What the scheduler and the controllers ask of taints, selectors and conditions.
import { describe, expect, test } from "vitest";
import { madeObject } from "../../testing.ts";
import { matchesNodeSelector, podSelectsNode } from "./node-selection.ts";
import { nodes } from "./node.ts";
import { pods } from "./pod.ts";
import { toleratesTaint, untoleratedTaint } from "./tolerations.ts";

const taint = { key: "k", value: "v", effect: "NoSchedule" } as const;

test.each([
  [{ key: "k", value: "v" }, true],
  [{ key: "k", value: "w" }, false],
  [{ key: "k", operator: "Exists" }, true],
  [{ operator: "Exists" }, true],
  [{ operator: "Exists", effect: "NoExecute" }, false],
  [{ key: "j", operator: "Exists" }, false],
] as const)("toleration %j: %s", (toleration, covered) => {
  expect(toleratesTaint(toleration, taint)).toBe(covered);
});

test("numbers are compared as numbers", () => {
  const numbered = { ...taint, value: "10" };
  expect(toleratesTaint({ key: "k", operator: "Gt", value: "9" }, numbered)).toBe(true);
  expect(toleratesTaint({ key: "k", operator: "Lt", value: "9" }, numbered)).toBe(false);
  expect(toleratesTaint({ key: "k", operator: "Gt", value: "x" }, numbered)).toBe(false);
});

test("the first taint that counts and is not covered", () => {
  const soft = { key: "s", effect: "PreferNoSchedule" } as const;
  expect(untoleratedTaint([soft, taint], [], (one) => one.effect !== "PreferNoSchedule")).toBe(taint);
  expect(untoleratedTaint([taint], [{ operator: "Exists" }])).toBeUndefined();
});

describe("node selection", () => {
  const node = madeObject(nodes, { metadata: { name: "n1", labels: { zone: "a", size: "5" } } });

  test.each([
    [{ matchExpressions: [{ key: "zone", operator: "In", values: ["a", "b"] }] }, true],
    [{ matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }, false],
    [{ matchExpressions: [{ key: "gone", operator: "NotIn", values: ["a"] }] }, true],
    [{ matchExpressions: [{ key: "gone", operator: "DoesNotExist" }] }, true],
    [{ matchExpressions: [{ key: "size", operator: "Gt", values: ["4"] }] }, true],
    [{ matchExpressions: [{ key: "size", operator: "Lt", values: ["4"] }] }, false],
    [{ matchExpressions: [{ key: "zone", operator: "Gt", values: ["4"] }] }, false],
    [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }, true],
    [{}, false],
  ] as const)("%j: %s", (term, matches) => {
    expect(matchesNodeSelector(term, node)).toBe(matches);
  });

  test("selector and affinity both count", () => {
    const spec = (more: object): Parameters<typeof podSelectsNode>[0] =>
      madeObject(pods, { spec: { containers: [{ name: "a", image: "x" }], ...more } }).spec;
    const affinity = {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "Exists" }] }],
        },
      },
    };
    expect(podSelectsNode(spec({ nodeSelector: { zone: "a" }, affinity }), node)).toBe(true);
    expect(podSelectsNode(spec({ nodeSelector: { zone: "b" }, affinity }), node)).toBe(false);
    expect(podSelectsNode(spec({}), node)).toBe(true);
  });
});
