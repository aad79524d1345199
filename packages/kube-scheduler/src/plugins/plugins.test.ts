// What each plugin says of nodes for a pod: upstream's reasons ("! " where removing pods would not help) or scores, as tables.
import type { Node, Pod, PodSpec, Taint } from "@skates/api/core/v1";
import { describe, expect, it } from "vitest";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { ask, clusterOf } from "../testing/ask.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { imageLocality } from "./image-locality.ts";
import { nodeAffinity } from "./node-affinity.ts";
import { nodeDeclaredFeatures } from "./node-declared-features.ts";
import { nodeName } from "./node-name.ts";
import { nodePorts } from "./node-ports.ts";
import { nodeResourcesBalancedAllocation } from "./node-resources-balanced-allocation.ts";
import { nodeResourcesFit } from "./node-resources-fit.ts";
import { nodeUnschedulable } from "./node-unschedulable.ts";
import { schedulingGates } from "./scheduling-gates.ts";
import { taintToleration } from "./taint-toleration.ts";

const MIB = 1 << 20;

describe("SchedulingGates", () => {
  it("names the gates that hold a pod back", () => {
    const gated = testPod("a", { spec: { schedulingGates: [{ name: "x.io/one" }, { name: "x.io/two" }] } });
    expect(schedulingGates.preEnqueue?.(podInfoOf(gated))?.reasons).toEqual([
      "waiting for scheduling gates: [x.io/one x.io/two]",
    ]);
    expect(schedulingGates.preEnqueue?.(podInfoOf(testPod("b")))).toBe(undefined);
  });
});

describe("NodeUnschedulable", () => {
  const cluster = clusterOf([testNode("open"), testNode("cordoned", { spec: { unschedulable: true } })]);
  const tolerant: Partial<PodSpec> = {
    tolerations: [{ key: "node.kubernetes.io/unschedulable", operator: "Exists", effect: "NoSchedule" }],
  };
  it("keeps pods from cordoned nodes unless they tolerate it", () => {
    expect(ask(nodeUnschedulable, testPod("a"), cluster)).toEqual({
      open: 0,
      cordoned: "! node(s) were unschedulable",
    });
    expect(ask(nodeUnschedulable, testPod("a", { spec: tolerant }), cluster)).toEqual({ open: 0, cordoned: 0 });
  });
});

describe("NodeName", () => {
  it("leaves only the node that is named", () => {
    const cluster = clusterOf([testNode("n1"), testNode("n2")]);
    expect(ask(nodeName, testPod("a", { nodeName: "n2" }), cluster)).toEqual({
      n1: "! node(s) didn't match the requested node name",
      n2: 0,
    });
    expect(ask(nodeName, testPod("a"), cluster)).toEqual({ n1: 0, n2: 0 });
  });
});

describe("TaintToleration", () => {
  const tainted = (name: string, ...taints: readonly Taint[]): Node => testNode(name, { spec: { taints } });
  const cluster = clusterOf([
    testNode("free"),
    tainted("gpu", { key: "gpu", value: "a100", effect: "NoSchedule" }),
    tainted("leaving", { key: "leaving", effect: "NoExecute" }),
    tainted("rather-not", { key: "old", effect: "PreferNoSchedule" }),
    tainted(
      "rather-not-at-all",
      { key: "old", effect: "PreferNoSchedule" },
      { key: "far", effect: "PreferNoSchedule" },
    ),
  ]);
  const no = "! node(s) had untolerated taint(s)";
  it.each<[string, Partial<PodSpec>, object]>([
    ["nothing", {}, { free: 100, gpu: no, leaving: no, "rather-not": 50, "rather-not-at-all": 0 }],
    [
      "by key and value",
      { tolerations: [{ key: "gpu", operator: "Equal", value: "a100", effect: "NoSchedule" }] },
      { free: 100, gpu: 100, leaving: no, "rather-not": 50, "rather-not-at-all": 0 },
    ],
    [
      "another value",
      { tolerations: [{ key: "gpu", operator: "Equal", value: "h100" }] },
      { free: 100, gpu: no, leaving: no, "rather-not": 50, "rather-not-at-all": 0 },
    ],
    [
      "everything",
      { tolerations: [{ operator: "Exists" }] },
      { free: 100, gpu: 100, leaving: 100, "rather-not": 100, "rather-not-at-all": 100 },
    ],
    [
      "a soft taint, by a toleration of hard ones: that does not count",
      { tolerations: [{ key: "old", operator: "Exists", effect: "NoSchedule" }] },
      { free: 100, gpu: no, leaving: no, "rather-not": 50, "rather-not-at-all": 0 },
    ],
  ])("tolerates %s", (_, spec, said) => {
    expect(ask(taintToleration, testPod("a", { spec }), cluster)).toEqual(said);
  });
});

describe("NodeAffinity", () => {
  const cluster = clusterOf([
    testNode("n1", { labels: { zone: "a", size: "8" } }),
    testNode("n2", { labels: { zone: "b", size: "16" } }),
    testNode("n3"),
  ]);
  const no = "! node(s) didn't match Pod's node affinity/selector";
  type NodeAffinitySpec = NonNullable<NonNullable<PodSpec["affinity"]>["nodeAffinity"]>;
  const affine = (affinity: NodeAffinitySpec): Pod => testPod("a", { spec: { affinity: { nodeAffinity: affinity } } });
  const requiring = (
    ...terms: NonNullable<
      NodeAffinitySpec["requiredDuringSchedulingIgnoredDuringExecution"]
    >["nodeSelectorTerms"][number][]
  ): Pod => affine({ requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } });

  it.each<[string, Pod, object | string]>([
    ["nothing", testPod("a"), { n1: 0, n2: 0, n3: 0 }],
    ["nodeSelector", testPod("a", { spec: { nodeSelector: { zone: "a" } } }), { n1: 0, n2: no, n3: no }],
    [
      "either of two terms",
      requiring(
        { matchExpressions: [{ key: "zone", operator: "In", values: ["b"] }] },
        { matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] },
      ),
      { n1: no, n2: 0, n3: 0 },
    ],
    [
      "greater than",
      requiring({ matchExpressions: [{ key: "size", operator: "Gt", values: ["8"] }] }),
      { n1: no, n2: 0, n3: no },
    ],
    [
      "a node by name, as daemon pods",
      requiring({ matchFields: [{ key: "metadata.name", operator: "In", values: ["n3"] }] }),
      { n1: "not among those it names", n2: "not among those it names", n3: 0 },
    ],
    [
      "names that exclude each other",
      requiring({
        matchFields: [
          { key: "metadata.name", operator: "In", values: ["n1"] },
          { key: "metadata.name", operator: "In", values: ["n2"] },
        ],
      }),
      "pod affinity terms conflict",
    ],
    ["an empty term matches nothing", requiring({}), { n1: no, n2: no, n3: no }],
    [
      "preferences add up and are scaled to the best",
      affine({
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 30, preference: { matchExpressions: [{ key: "zone", operator: "Exists" }] } },
          { weight: 10, preference: { matchExpressions: [{ key: "size", operator: "Lt", values: ["10"] }] } },
        ],
      }),
      { n1: 100, n2: 75, n3: 0 },
    ],
  ])("%s", (_, pod, said) => {
    expect(ask(nodeAffinity(), pod, cluster)).toEqual(said);
  });
});

describe("NodePorts", () => {
  const holding = (name: string, node: string, ...ports: readonly object[]): Pod =>
    testPod(name, {
      nodeName: node,
      spec: { containers: [{ name: "main", ports: ports.map((port) => ({ containerPort: 1, ...port })) }] },
    });
  const cluster = clusterOf(
    ["n1", "n2", "n3", "n4"].map((name) => testNode(name)),
    [
      holding("p1", "n1", { hostPort: 80, protocol: "TCP" }),
      holding("p2", "n2", { hostPort: 80, protocol: "UDP" }),
      holding("p3", "n3", { hostPort: 80, protocol: "TCP", hostIP: "127.0.0.1" }),
    ],
  );
  const no = "node(s) didn't have free ports for the requested pod ports";
  it("keeps ports apart by protocol and address", () => {
    const all = holding("a", "", { hostPort: 80, protocol: "TCP" });
    expect(ask(nodePorts, all, cluster)).toEqual({ n1: no, n2: 0, n3: no, n4: 0 });
    const one = holding("a", "", { hostPort: 80, protocol: "TCP", hostIP: "10.0.0.1" });
    expect(ask(nodePorts, one, cluster)).toEqual({ n1: no, n2: 0, n3: 0, n4: 0 });
    expect(ask(nodePorts, holding("a", "", { hostPort: 0 }), cluster)).toEqual({ n1: 0, n2: 0, n3: 0, n4: 0 });
  });
});

describe("NodeResourcesFit", () => {
  const nodes = [
    testNode("n1", { allocatable: { cpu: "2", memory: "4Gi" } }),
    testNode("n2", { allocatable: { cpu: "4", memory: "2Gi", "example.com/gpu": "2", "ephemeral-storage": "10Gi" } }),
    testNode("full", { allocatable: { pods: "1" } }),
  ];
  const cluster = clusterOf(nodes, [
    testPod("p1", { nodeName: "n1", requests: { cpu: "1500m", memory: "1Gi" } }),
    testPod("p2", { nodeName: "n2", requests: { cpu: "100m", memory: "1Gi", "example.com/gpu": "1" } }),
    testPod("p3", { nodeName: "full" }),
  ]);
  it.each<[string, Record<string, string>, object]>([
    // n1: cpu (2000-1500-100)/2000 = 20, memory (4096-1024-200)/4096 = 70; n2: 95 and 40.
    ["nothing", {}, { n1: 45, n2: 67, full: "Too many pods" }],
    ["cpu that pods of n1 hold", { cpu: "1" }, { n1: "Insufficient cpu", n2: 56, full: "Too many pods" }],
    ["more cpu than some nodes have at all", { cpu: "3" }, { n1: "! Insufficient cpu", n2: 31, full: "Too many pods" }],
    [
      "too much of two things",
      { cpu: "1", memory: "3500Mi" },
      { n1: "Insufficient cpu, Insufficient memory", n2: "! Insufficient memory", full: "Too many pods" },
    ],
    [
      "an extended resource",
      { "example.com/gpu": "1" },
      { n1: "! Insufficient example.com/gpu", n2: 67, full: "! Too many pods, Insufficient example.com/gpu" },
    ],
    [
      "more of it than is left",
      { "example.com/gpu": "2" },
      {
        n1: "! Insufficient example.com/gpu",
        n2: "Insufficient example.com/gpu",
        full: "! Too many pods, Insufficient example.com/gpu",
      },
    ],
    [
      "disk",
      { "ephemeral-storage": "1Gi" },
      {
        n1: "! Insufficient ephemeral-storage",
        n2: 67,
        full: "! Too many pods, Insufficient ephemeral-storage",
      },
    ],
  ])("%s", (_, requests, said) => {
    expect(ask(nodeResourcesFit(), testPod("a", { requests }), cluster)).toEqual(said);
  });

  it("counts sidecars, init containers and overhead", () => {
    const limits = (cpu: string) => ({ resources: { requests: { cpu } } });
    const pod = testPod("a", {
      spec: {
        containers: [{ name: "main", ...limits("100m") }],
        initContainers: [
          { name: "sidecar", restartPolicy: "Always", ...limits("100m") },
          { name: "init", ...limits("300m") },
        ],
        overhead: { cpu: "50m" },
      },
    });
    expect(podInfoOf(pod).requests.milliCpu).toBe(450);
  });
});

describe("NodeResourcesBalancedAllocation", () => {
  const cluster = clusterOf(
    [
      testNode("empty", { allocatable: { cpu: "10", memory: "10Gi" } }),
      testNode("cpu-heavy", { allocatable: { cpu: "10", memory: "10Gi" } }),
    ],
    [testPod("p", { nodeName: "cpu-heavy", requests: { cpu: "6" } })],
  );
  it("favours nodes that the pod brings nearer to balance", () => {
    // empty: |0.4|/2 = 0.2 worse: 80 for 100; cpu-heavy: from 0.3 to 0.1: 90 for 70.
    const pod = testPod("a", { requests: { memory: "4Gi" } });
    expect(ask(nodeResourcesBalancedAllocation(), pod, cluster)).toEqual({ empty: 65, "cpu-heavy": 85 });
  });
  it("has no opinion on pods that ask for nothing", () => {
    expect(ask(nodeResourcesBalancedAllocation(), testPod("a"), cluster)).toEqual({ empty: 0, "cpu-heavy": 0 });
  });
});

describe("ImageLocality", () => {
  const image = (name: string, mib: number) => ({ names: [name], sizeBytes: mib * MIB });
  const cluster = clusterOf([
    testNode("all", { images: [image("app:v1", 600), image("busybox:latest", 5)] }),
    testNode("half", { images: [image("app:v1", 600)] }),
    testNode("small", { images: [image("busybox:latest", 5)] }),
    testNode("none"),
  ]);
  it("counts large images, weighed by how many nodes have them", () => {
    const pod = testPod("a", { spec: { containers: [{ name: "main", image: "app:v1" }] } });
    // 600 MiB on half of the nodes: (300-23)/(1000-23).
    expect(ask(imageLocality, pod, cluster)).toEqual({ all: 28, half: 28, small: 0, none: 0 });
  });
  it("ignores small ones, and takes a name without a tag for the latest", () => {
    expect(ask(imageLocality, testPod("a"), cluster)).toEqual({ all: 0, half: 0, small: 0, none: 0 });
    const big = clusterOf([testNode("n", { images: [image("busybox:latest", 2000)] })]);
    expect(ask(imageLocality, testPod("a"), big)).toEqual({ n: 100 });
  });
});

describe("NodeDeclaredFeatures", () => {
  const cluster = clusterOf([
    { ...testNode("new"), status: { declaredFeatures: ["UserNamespacesHostNetworkSupport"] } },
    testNode("old"),
  ]);
  it("keeps pods from nodes that lack what they use", () => {
    const pod = testPod("a", { spec: { hostNetwork: true, hostUsers: false } });
    expect(ask(nodeDeclaredFeatures, pod, cluster)).toEqual({
      new: 0,
      old: "! node declared features check failed - unsatisfied requirements: UserNamespacesHostNetworkSupport",
    });
    expect(ask(nodeDeclaredFeatures, testPod("a"), cluster)).toEqual({ new: 0, old: 0 });
  });
});

describe("arguments", () => {
  const cluster = clusterOf(
    [testNode("empty"), testNode("busy"), testNode("small", { allocatable: { cpu: "1", "example.com/gpu": "1" } })],
    [testPod("p", { nodeName: "busy", requests: { cpu: "2", memory: "4Gi" } })],
  );
  const pod = testPod("a", { requests: { cpu: "1", memory: "0" } });
  const cpu = [{ name: "cpu", weight: 1 }];
  it.each<[string, NonNullable<Parameters<typeof nodeResourcesFit>[0]>["scoringStrategy"], object]>([
    ["the least used", { type: "LeastAllocated", resources: cpu }, { empty: 75, busy: 25, small: 0 }],
    ["the most used", { type: "MostAllocated", resources: cpu }, { empty: 25, busy: 75, small: 100 }],
    [
      "what a line says",
      {
        type: "RequestedToCapacityRatio",
        resources: cpu,
        requestedToCapacityRatio: {
          shape: [
            { utilization: 0, score: 0 },
            { utilization: 50, score: 10 },
            { utilization: 100, score: 2 },
          ],
        },
      },
      { empty: 50, busy: 60, small: 20 },
    ],
  ])("prefer %s", (_, scoringStrategy, said) => {
    expect(ask(nodeResourcesFit({ scoringStrategy }), pod, cluster)).toEqual(said);
  });

  it("leave resources to others", () => {
    const gpu = testPod("a", { requests: { cpu: "1", "example.com/gpu": "2" } });
    const no = "! Insufficient example.com/gpu";
    expect(ask(nodeResourcesFit(), gpu, cluster)).toMatchObject({ empty: no, small: no });
    for (const plugin of [
      nodeResourcesFit({ ignoredResources: ["example.com/gpu"] }),
      nodeResourcesFit({ ignoredResourceGroups: ["example.com"] }),
      nodeResourcesFit({}, { ofExtenders: new Set(["example.com/gpu"]) }),
    ]) {
      const said = ask(plugin, gpu, cluster);
      expect(typeof said === "object" && typeof said["empty"]).toBe("number");
    }
  });

  it("add node affinity to that of pods", () => {
    const required = {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "example.com/free", operator: "Exists" } as const] }],
    };
    const plugin = nodeAffinity({ addedAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } });
    const nodes = clusterOf([testNode("n1", { labels: { "example.com/free": "" } }), testNode("n2")]);
    expect(ask(plugin, testPod("a"), nodes)).toEqual({
      n1: 0,
      n2: "! node(s) didn't match scheduler-enforced node affinity",
    });
  });
});
