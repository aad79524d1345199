// Pods on tainted nodes, as pairs of tolerations and what becomes of the pod: it stays, waits, goes, or is let off.
import { formatTime } from "@skates/apimachinery";
import type { Node, Pod, Taint, Toleration } from "@skates/api/core/v1";
import { createLister } from "@skates/controller-runtime";
import { expect, test } from "vitest";
import { planTaintEviction, type TaintEvictionView } from "./plan.ts";

const nowMs = Date.parse("2026-01-01T00:10:00Z");
const ago = (seconds: number): string => formatTime(nowMs - seconds * 1000);
const taint = (key: string, since?: number): Taint => ({
  key,
  effect: "NoExecute",
  ...(since === undefined ? {} : { timeAdded: ago(since) }),
});
const tolerating = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: "Exists",
  effect: "NoExecute",
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
});

function view(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  more: Partial<Pod> = {},
): TaintEvictionView {
  const node: Node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" }, spec: { taints } };
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "a", name: "p", uid: "u", creationTimestamp: ago(500) },
    spec: { nodeName: "n", tolerations, containers: [] },
    status: { phase: "Running", conditions: [{ type: "PodScheduled", status: "True", lastTransitionTime: ago(400) }] },
    ...more,
  };
  return { pods: createLister([pod]), nodes: createLister([node]), firstSeenMs: () => nowMs, waiting: new Set() };
}
const key = { namespace: "a", name: "p" };
function outcome(of: TaintEvictionView): string {
  const { stages, requeueAfterMs } = planTaintEviction(of, key, nowMs);
  if (requeueAfterMs !== undefined) return `waits ${requeueAfterMs / 1000}`;
  return stages.length === 0
    ? "stays"
    : stages
        .flat()
        .map((action) => action.do)
        .join();
}

test.each<[string, readonly Taint[], readonly Toleration[], string]>([
  ["no taint", [], [], "stays"],
  ["a taint of another effect", [{ key: "x", effect: "NoSchedule" }], [], "stays"],
  ["a taint that is not tolerated", [taint("x", 5)], [], "updateStatus,delete"],
  ["every taint is tolerated", [taint("x", 5)], [{ key: "", operator: "Exists" }], "stays"],
  ["the first toleration that covers counts", [taint("x", 5)], [tolerating("x", 60), tolerating("x", 20)], "waits 55"],
  ["a number is tolerated", [{ ...taint("x", 5), value: "5" }], [{ key: "x", operator: "Gt", value: "3" }], "stays"],
  ["a taint that is tolerated", [taint("x", 5)], [tolerating("x")], "stays"],
  ["one of two is not tolerated", [taint("x", 5), taint("y", 5)], [tolerating("x")], "updateStatus,delete"],
  ["tolerated for a while", [taint("x", 5)], [tolerating("x", 60)], "waits 55"],
  ["the shortest counts", [taint("x", 5), taint("y", 5)], [tolerating("x", 60), tolerating("y", 20)], "waits 15"],
  ["forever does not lengthen", [taint("x", 5), taint("y", 5)], [tolerating("x"), tolerating("y", 20)], "waits 15"],
  ["the time is over", [taint("x", 61)], [tolerating("x", 60)], "updateStatus,delete"],
  ["less than nothing is nothing", [taint("x", 0)], [tolerating("x", -5)], "updateStatus,delete"],
  ["a taint that does not say since when", [taint("x")], [tolerating("x", 60)], "waits 60"],
  ["a taint from before the pod came", [taint("x", 5000)], [tolerating("x", 500)], "waits 100"],
])("%s", (_name, taints, tolerations, expected) => {
  expect(outcome(view(taints, tolerations))).toBe(expected);
});

test("pods that have ended, or go already, are left alone", () => {
  expect([
    outcome(view([taint("x", 5)], [], { status: { phase: "Succeeded" } })),
    outcome(view([taint("x", 5)], [], { metadata: { ...key, deletionTimestamp: ago(1) } })),
  ]).toEqual(["stays", "stays"]);
});

test("a pod that waits and may stay after all is told so, once", () => {
  const before = view([taint("x", 5)], [tolerating("x", 60)]);
  expect(outcome(before)).toBe("waits 55");
  const after = { ...view([], [tolerating("x", 60)]), waiting: before.waiting };
  const plan = planTaintEviction(after, key, nowMs);
  expect(plan.stages).toEqual([
    [
      {
        do: "event",
        about: after.pods.get(key),
        type: "Normal",
        reason: "TaintManagerEviction",
        message: "Cancelling deletion of Pod a/p",
      },
    ],
  ]);
  expect(outcome(after)).toBe("stays");
});
