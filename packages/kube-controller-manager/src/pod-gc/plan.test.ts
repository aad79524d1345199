// Pods that nobody else clears away, as pairs of what is there and which pods go, in which order.
import type { Node, Pod } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { createLister } from "@skates/controller-runtime";
import { expect, it } from "vitest";
import { failedPod, NODE_GC_INDEXES, planPodGc, POD_GC_INDEXES } from "./plan.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
interface Written {
  readonly on?: string;
  readonly ending?: boolean;
  readonly phase?: "Running" | "Succeeded" | "Failed";
  readonly evicted?: boolean;
  readonly age?: number;
}
function pod(name: string, { on, ending, phase = "Running", evicted, age = 1 }: Written = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      namespace: "n",
      name,
      uid: name,
      generation: 3,
      creationTimestamp: formatTime(nowMs - age * 1000),
      ...(ending === true ? { deletionTimestamp: formatTime(nowMs) } : {}),
    },
    spec: { containers: [], ...(on === undefined ? {} : { nodeName: on }) },
    status: { phase, ...(evicted === true ? { reason: "Evicted" } : {}) },
  };
}
function node(name: string, { out = false, ready = true } = {}): Node {
  const taints = out ? [{ key: "node.kubernetes.io/out-of-service", effect: "NoExecute" as const }] : [];
  const conditions = [{ type: "Ready", status: ready ? ("True" as const) : ("Unknown" as const) }];
  return { apiVersion: "v1", kind: "Node", metadata: { name }, spec: { taints }, status: { conditions } };
}
const ended = (name: string, age: number, more: Written = {}) =>
  pod(name, { on: "n", phase: "Succeeded", age, ...more });

interface Case {
  readonly pods: readonly Pod[];
  readonly nodes?: readonly Node[];
  /** Nodes missing for so many seconds. */
  readonly gone?: Readonly<Record<string, number>>;
  readonly max?: number;
}
function planned({ pods, nodes = [node("n")], gone = {}, max = 0 }: Case) {
  const view = {
    pods: createLister(pods, POD_GC_INDEXES),
    nodes: createLister(nodes, NODE_GC_INDEXES),
    gone: new Map(Object.entries(gone).map(([name, seconds]) => [name, nowMs - seconds * 1000])),
  };
  const removals = planPodGc(view, max, nowMs);
  return { goes: removals.map(({ pod: { metadata }, orphanOf }) => [metadata.name, orphanOf]), gone: [...view.gone] };
}

const PAIRS: readonly (readonly [string, Case, readonly (readonly string[])[]])[] = [
  ["nothing is wrong", { pods: [pod("a", { on: "n" }), pod("b"), ended("c", 9)] }, []],
  ["as many ended as are kept", { pods: [ended("a", 2), ended("b", 1)], max: 2 }, []],
  ["the oldest go first", { pods: [ended("a", 1), ended("b", 3), ended("c", 2)], max: 1 }, [["b"], ["c"]]],
  ["of one age, by name", { pods: [ended("b", 1), ended("a", 1)], max: 1 }, [["a"]]],
  [
    "evicted ones before all",
    { pods: [ended("old", 9), ended("evicted", 1, { phase: "Failed", evicted: true })], max: 1 },
    [["evicted"]],
  ],
  ["what runs is not counted", { pods: [pod("a", { on: "n" }), ended("b", 1)], max: 1 }, []],
  ["zero keeps all", { pods: [ended("a", 2), ended("b", 1)], max: 0 }, []],
  [
    "a node out of service: what is to go goes",
    {
      pods: [pod("a", { on: "n", ending: true }), pod("b", { on: "n" })],
      nodes: [node("n", { out: true, ready: false })],
    },
    [["a"]],
  ],
  [
    "a node out of service that shows signs of life",
    { pods: [pod("a", { on: "n", ending: true })], nodes: [node("n", { out: true })] },
    [],
  ],
  ["a node missing since now", { pods: [pod("a", { on: "x" })] }, []],
  ["a node missing for less than 40 s", { pods: [pod("a", { on: "x" })], gone: { x: 39 } }, []],
  ["a node missing for 40 s", { pods: [pod("a", { on: "x" }), pod("b", { on: "n" })], gone: { x: 40 } }, [["a", "x"]]],
  ["never bound and to go", { pods: [pod("a", { ending: true }), pod("b")] }, [["a"]]],
  ["an empty name is no node", { pods: [pod("a", { on: "", ending: true })], gone: { "": 99 } }, [["a"]]],
];

it.each(PAIRS)("%s", (_title, given, goes) => {
  expect(planned(given).goes).toEqual(goes.map(([name, orphanOf]) => [name, orphanOf]));
});

it("remembers since when nodes are missing, forgets those that are back, and begins anew when the clock was set back", () => {
  const pods = [pod("a", { on: "x" }), pod("b", { on: "n" }), pod("c", { on: "y" })];
  expect(planned({ pods, gone: { x: 10, n: 99, y: -60 } }).gone).toEqual([
    ["x", nowMs - 10_000],
    ["y", nowMs],
  ]);
});

it("says that a pod has failed, and why when its node is gone; one that has ended stays as it was", () => {
  const running = pod("a", { on: "x" });
  expect([
    failedPod({ pod: running, orphanOf: "x" }, nowMs)?.status,
    failedPod({ pod: running }, nowMs)?.status,
    failedPod({ pod: ended("b", 1), orphanOf: "x" }, nowMs),
  ]).toEqual([
    {
      phase: "Failed",
      observedGeneration: 3,
      conditions: [
        {
          type: "DisruptionTarget",
          status: "True",
          reason: "DeletionByPodGC",
          message: "PodGC: node no longer exists",
          lastTransitionTime: "2026-01-01T00:00:00Z",
          observedGeneration: 3,
        },
      ],
    },
    { phase: "Failed", observedGeneration: 3, conditions: undefined },
    undefined,
  ]);
});
