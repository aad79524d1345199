// Why a pod is not scheduled: which plugin rules out which nodes, the scores of the rest, and the smallest change that lets the pod in.
import { describe, expect, it } from "vitest";
import type { Pod } from "@skates/api/core/v1";
import { profileOf } from "../framework/profile.ts";
import { defaultPlugins } from "../plugins/default-plugins.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { explainPod } from "./explain-pod.ts";

const profile = profileOf("default-scheduler", defaultPlugins());
const nodes = [
  testNode("cordoned", { spec: { unschedulable: true } }),
  testNode("small", { allocatable: { cpu: "1" } }),
  testNode("tainted", {
    spec: { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" }] },
    labels: { disk: "ssd" },
  }),
];
const explain = (pod: Pod, cluster = clusterOf(nodes)) => explainPod(podInfoOf(pod), { profile, cluster });

it("asks every plugin about every node", () => {
  const { nodeCount, ruledOut, feasible } = explain(
    testPod("p", { requests: { cpu: "2" }, spec: { nodeSelector: { disk: "ssd" } } }),
  );
  expect([nodeCount, feasible]).toEqual([3, []]);
  expect(ruledOut.map(({ plugin, nodes: byReason }) => [plugin, ...byReason])).toEqual([
    ["NodeUnschedulable", ["node(s) were unschedulable", ["cordoned"]]],
    ["TaintToleration", ["node(s) had untolerated taint(s)", ["tainted"]]],
    ["NodeAffinity", ["node(s) didn't match Pod's node affinity/selector", ["cordoned", "small"]]],
    ["NodeResourcesFit", ["Insufficient cpu", ["small"]]],
  ]);
});

it("gives the scores of the nodes that are left, the best first", () => {
  const { feasible, change } = explain(
    testPod("p"),
    clusterOf([testNode("a"), testNode("b", { allocatable: { cpu: "2" } })]),
  );
  expect(change).toBe(undefined);
  expect(feasible.map(({ node }) => node)).toEqual(["a", "b"]);
  expect(feasible[0]?.total).toBe(Object.values(feasible[0]?.scores ?? {}).reduce((sum, score) => sum + score, 0));
});

describe("the smallest change", () => {
  it.each<[string, Pod, ReturnType<typeof clusterOf>, object | undefined]>([
    [
      "is a little less",
      testPod("p", { requests: { cpu: "1100m" }, spec: { nodeSelector: {} } }),
      clusterOf(nodes),
      {
        node: "small",
        steps: ["let the pod ask for at most 1 of cpu (now 1100m), which is free on node small"],
      },
    ],
    [
      "is a toleration",
      testPod("p", { spec: { nodeSelector: { disk: "ssd" } } }),
      clusterOf(nodes.slice(2)),
      {
        node: "tainted",
        steps: ["let the pod tolerate gpu=yes:NoSchedule of node tainted"],
      },
    ],
    [
      "is a label",
      testPod("p", { spec: { nodeSelector: { zone: "b" } } }),
      clusterOf([testNode("a")]),
      {
        node: "a",
        steps: ["label node a with zone=b"],
      },
    ],
    [
      "is to uncordon",
      testPod("p", { requests: { cpu: "4" } }),
      clusterOf(nodes.slice(0, 2)),
      {
        node: "cordoned",
        steps: ["uncordon node cordoned"],
      },
    ],
    [
      "is several things",
      testPod("p", { requests: { cpu: "2" } }),
      clusterOf([testNode("n", { allocatable: { cpu: "1" }, spec: { unschedulable: true } })]),
      {
        node: "n",
        steps: ["uncordon node n", "let the pod ask for at most 1 of cpu (now 2), which is free on node n"],
      },
    ],
    [
      "is not found where there is none",
      testPod("p", { nodeName: "elsewhere" }),
      clusterOf([testNode("n")]),
      undefined,
    ],
  ])("%s", (_, pod, cluster, change) => {
    expect(explain(pod, cluster).change).toEqual(change);
    // Trying it has changed nothing.
    expect(explain(pod, cluster).change).toEqual(change);
  });
});

it("tells what holds the pod back whatever the nodes", () => {
  const { outright } = explain(testPod("p", { spec: { schedulingGates: [{ name: "wait" }] } }));
  expect(outright).toEqual([{ plugin: "SchedulingGates", reasons: ["waiting for scheduling gates: [wait]"] }]);
});
