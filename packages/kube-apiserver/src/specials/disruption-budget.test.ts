// Shows what a disruption budget says to an eviction, by its status alone.
import { expect, test } from "vitest";
import type { Pod } from "@skates/api/core/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import { askBudget } from "./disruption-budget.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
type Status = NonNullable<PodDisruptionBudget["status"]>;

const pod = (ready: "True" | "False"): Pod => ({
  kind: "Pod",
  apiVersion: "v1",
  metadata: { name: "p", namespace: "default" },
  spec: { containers: [] },
  status: { phase: "Running", conditions: [{ type: "Ready", status: ready }] },
});

const budget = (status: Partial<Status>, spec: PodDisruptionBudget["spec"] = {}): PodDisruptionBudget => ({
  kind: "PodDisruptionBudget",
  apiVersion: "policy/v1",
  metadata: { name: "b", namespace: "default", generation: 2 },
  spec,
  status: {
    observedGeneration: 2,
    disruptionsAllowed: 0,
    currentHealthy: 3,
    desiredHealthy: 3,
    expectedPods: 3,
    ...status,
  },
});

const ask = (status: Partial<Status>, ready: "True" | "False" = "True", spec?: PodDisruptionBudget["spec"]) =>
  askBudget(budget(status, spec), pod(ready), NOW_MS);

function refusal(status: Partial<Status>, ready: "True" | "False" = "True"): unknown {
  try {
    return ask(status, ready);
  } catch (error) {
    return error;
  }
}

test("an allowed disruption is taken from the budget, and the pod noted; the last one is told by a condition", () => {
  expect(ask({ disruptionsAllowed: 2 })).toMatchObject({
    counts: true,
    next: { status: { disruptionsAllowed: 1, disruptedPods: { p: "2026-11-20T12:00:00Z" } } },
  });
  expect(ask({ disruptionsAllowed: 1, disruptedPods: { q: "2026-11-20T11:00:00Z" } })).toMatchObject({
    next: {
      status: {
        disruptionsAllowed: 0,
        disruptedPods: { p: "2026-11-20T12:00:00Z", q: "2026-11-20T11:00:00Z" },
        conditions: [{ type: "DisruptionAllowed", status: "False", reason: "InsufficientPods", observedGeneration: 2 }],
      },
    },
  });
});

test("without one the eviction may come back later", () => {
  expect(refusal({})).toMatchObject({
    reason: "TooManyRequests",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        { reason: "DisruptionBudget", message: "The disruption budget b needs 3 healthy pods and has 3 currently" },
      ],
    },
  });
  const condition = {
    type: "DisruptionAllowed",
    status: "False" as const,
    reason: "SyncFailed",
    message: "no controller",
    lastTransitionTime: "2026-11-20T11:00:00Z",
  };
  expect(refusal({ conditions: [condition] })).toMatchObject({
    details: { causes: [{ message: expect.stringContaining("because it failed sync: no controller") }] },
  });
});

test("a budget that refuses with enough healthy pods says what its controller says", () => {
  const condition = {
    type: "DisruptionAllowed",
    status: "False" as const,
    reason: "Paused",
    message: "not now",
    lastTransitionTime: "2026-11-20T11:00:00Z",
  };
  const words = "The disruption budget b does not allow evicting pods currently";
  for (const [conditions, message] of [
    [[condition], `${words} (Paused): not now`],
    [[{ ...condition, message: "" }], words],
    [undefined, words],
  ] as const) {
    expect(refusal({ currentHealthy: 4, conditions })).toMatchObject({ details: { causes: [{ message }] } });
  }
});

test("a budget whose status is older than its spec refuses for now", () => {
  expect(refusal({ observedGeneration: 1, disruptionsAllowed: 5 })).toMatchObject({
    reason: "TooManyRequests",
    details: {
      causes: [{ message: "The disruption budget b is still being processed by the server." }],
      retryAfterSeconds: 10,
    },
  });
});

test("a budget that cannot be right forbids", () => {
  expect(refusal({ disruptionsAllowed: -1 })).toMatchObject({
    reason: "Forbidden",
    message: 'poddisruptionbudget.policy "b" is forbidden: pdb disruptions allowed is negative',
  });
  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, i) => [`p${i}`, "2026-11-20T11:00:00Z"]));
  expect(refusal({ disruptionsAllowed: 1, disruptedPods: many })).toMatchObject({ reason: "Forbidden" });
});

test("a pod that is not ready goes free where enough others are healthy, or where the budget says so", () => {
  expect(ask({}, "False")).toEqual({ counts: false });
  expect(refusal({ currentHealthy: 2 }, "False")).toMatchObject({ reason: "TooManyRequests" });
  expect(ask({ currentHealthy: 2 }, "False", { unhealthyPodEvictionPolicy: "AlwaysAllow" })).toEqual({ counts: false });
  expect(refusal({ desiredHealthy: 0, currentHealthy: 0 }, "False")).toMatchObject({ reason: "TooManyRequests" });
});
