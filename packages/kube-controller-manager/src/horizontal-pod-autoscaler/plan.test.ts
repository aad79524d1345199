// Plans of autoscalers from the size of their target and what their figures ask for.
import type { HorizontalPodAutoscaler } from "@skates/api/autoscaling/v2";
import { formatTime } from "@skates/apimachinery";
import { expect, test } from "vitest";
import type { Evaluated } from "./evaluate-metric.ts";
import { NO_HISTORY } from "./limit-change.ts";
import { needsMetrics, planScaling, type ScalingView } from "./plan.ts";

const nowMs = Date.UTC(2026, 0, 1);
const autoscaler = (min: number, max: number): HorizontalPodAutoscaler => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "a", namespace: "n" },
  spec: { scaleTargetRef: { kind: "Deployment", name: "d" }, minReplicas: min, maxReplicas: max },
  status: { currentReplicas: 7, desiredReplicas: 7, lastScaleTime: formatTime(nowMs - 60_000) },
});
const asks = (replicas: number, name = "cpu"): Evaluated => ({ replicas, name, status: { type: "Resource" } });
const fails = (error: string): Evaluated => ({
  failed: { reason: "FailedGetResourceMetric", error, message: `failed to get cpu: ${error}` },
});

function shown(current: number, evaluated: ScalingView["evaluated"], [min, max] = [1, 10]) {
  const subject = autoscaler(min ?? 1, max ?? 10);
  const scale = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "d" }, spec: { replicas: current } };
  const plan = planScaling({ autoscaler: subject, scale, evaluated, history: NO_HISTORY, nowMs });
  const { status } = plan;
  return {
    read: needsMetrics(subject, current),
    to: plan.replicas,
    reason: plan.reason,
    failure: plan.failure,
    status: `${status.currentReplicas} ${status.desiredReplicas} ${(status.currentMetrics ?? []).map(({ type }) => type || "?")}`,
    conditions: status.conditions?.map((one) => `${one.type}=${one.status} ${one.reason}`),
  };
}
const able = (reason = "ReadyForNewScale") => `AbleToScale=True ${reason}`;
const valid = "ScalingActive=True ValidMetricFound";

test.each<[string, ReturnType<typeof shown>, Partial<ReturnType<typeof shown>>]>([
  [
    "a target that is off stays off",
    shown(0, []),
    {
      read: false,
      to: undefined,
      status: "0 0 ",
      conditions: [able("SucceededGetScale"), "ScalingActive=False ScalingDisabled"],
    },
  ],
  [
    "too many, whatever the figures",
    shown(12, []),
    {
      read: false,
      to: 10,
      reason: "Current number of replicas above Spec.MaxReplicas",
      conditions: [able("SucceededGetScale")],
    },
  ],
  [
    "too few",
    shown(1, [], [3, 10]),
    { read: false, to: 3, reason: "Current number of replicas below Spec.MinReplicas", status: "1 3 " },
  ],
  [
    "more",
    shown(3, [asks(5)]),
    {
      read: true,
      to: 5,
      reason: "cpu above target",
      status: "3 5 Resource",
      conditions: [able(), valid, "ScalingLimited=False DesiredWithinRange"],
    },
  ],
  [
    "the figure that asks for most decides",
    shown(3, [asks(4), asks(6, "queue"), asks(5)]),
    { to: 6, reason: "queue above target" },
  ],
  ["fewer", shown(5, [asks(2)]), { to: 2, reason: "All metrics below target" }],
  ["as many", shown(5, [asks(5)]), { to: undefined, reason: "", status: "5 5 Resource" }],
  ["a bound", shown(9, [asks(14)]), { to: 10, conditions: [able(), valid, "ScalingLimited=True TooManyReplicas"] }],
  [
    "one figure unknown: more is right in any case, and its place is kept",
    shown(3, [fails("x"), asks(5)]),
    { to: 5, failure: undefined, status: "3 5 ?,Resource" },
  ],
  [
    "but fewer is not",
    shown(5, [asks(2), fails("x")]),
    {
      to: undefined,
      failure: "invalid metrics (1 invalid out of 2), first error is: failed to get cpu: x",
      status: "5 7 Resource,?",
      conditions: [able("SucceededGetScale"), "ScalingActive=False FailedGetResourceMetric"],
    },
  ],
  [
    "none known",
    shown(5, [fails("x"), fails("y")]),
    {
      to: undefined,
      failure: "invalid metrics (2 invalid out of 2), first error is: failed to get cpu: x",
      status: "5 7 ?,?",
    },
  ],
  [
    "pods that several claim",
    shown(5, { reason: "AmbiguousSelector", message: "m", failure: "f" }),
    {
      to: undefined,
      failure: "f",
      status: "5 7 ",
      conditions: [able("SucceededGetScale"), "ScalingActive=False AmbiguousSelector"],
    },
  ],
])("%s", (_what, got, expected) => {
  expect(got).toMatchObject(expected);
});
