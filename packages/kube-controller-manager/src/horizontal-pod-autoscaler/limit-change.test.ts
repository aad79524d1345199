// What becomes of a wish for more or fewer pods: stabilization, steps per time, bounds, and what is told of it.
import type { HorizontalPodAutoscaler, HPAScalingRules } from "@skates/api/autoscaling/v2";
import { describe, expect, it } from "vitest";
import { changed, limitChange, NO_HISTORY, remembered, type ScalingHistory } from "./limit-change.ts";

const NOW = 1_767_300_000_000;
const ago = (seconds: number): number => NOW - seconds * 1000;
interface Case {
  readonly current: number;
  readonly wanted: number;
  readonly min?: number;
  readonly max?: number;
  readonly up?: HPAScalingRules;
  readonly down?: HPAScalingRules;
  readonly history?: ScalingHistory;
}
const limit = ({ current, wanted, min = 1, max = 100, up, down, history = NO_HISTORY }: Case) => {
  const behavior =
    up === undefined && down === undefined ? {} : { behavior: { scaleUp: up ?? {}, scaleDown: down ?? {} } };
  const spec: HorizontalPodAutoscaler["spec"] = {
    scaleTargetRef: { kind: "Deployment", name: "x" },
    minReplicas: min,
    maxReplicas: max,
    ...behavior,
  };
  const { replicas, able, limited, isLimited } = limitChange({ spec, current, wanted, history, nowMs: NOW });
  return [replicas, able.reason, limited.reason, isLimited];
};
const wishes = (...list: readonly (readonly [number, number])[]): ScalingHistory =>
  list.reduce((history, [replicas, seconds]) => remembered(history, replicas, ago(seconds)), NO_HISTORY);
const made = (...list: readonly (readonly [number, number])[]): ScalingHistory =>
  list.reduce((history, [by, seconds]) => changed(history, by, ago(seconds)), NO_HISTORY);

describe("without rules", () => {
  it.each<[string, Case, (string | number | boolean)[]]>([
    ["as wanted", { current: 3, wanted: 5 }, [5, "ReadyForNewScale", "DesiredWithinRange", false]],
    ["at most twice as many", { current: 3, wanted: 10 }, [6, "ReadyForNewScale", "ScaleUpLimit", true]],
    ["or four", { current: 1, wanted: 10 }, [4, "ReadyForNewScale", "ScaleUpLimit", true]],
    ["not beyond the bound", { current: 8, wanted: 12, max: 10 }, [10, "ReadyForNewScale", "TooManyReplicas", true]],
    ["not below the bound", { current: 3, wanted: 0, min: 2 }, [2, "ReadyForNewScale", "TooFewReplicas", true]],
    [
      "fewer only when nobody wanted more for five minutes",
      { current: 5, wanted: 2, history: wishes([4, 200]) },
      [4, "ScaleDownStabilized", "DesiredWithinRange", false],
    ],
    [
      "old wishes count no more",
      { current: 5, wanted: 2, history: wishes([4, 301]) },
      [2, "ReadyForNewScale", "DesiredWithinRange", false],
    ],
  ])("%s", (_what, given, expected) => {
    expect(limit(given)).toEqual(expected);
  });
});

describe("with rules", () => {
  it.each<[string, Case, (string | number | boolean)[]]>([
    [
      "the largest step counts",
      {
        current: 10,
        wanted: 50,
        up: {
          policies: [
            { type: "Pods", value: 4, periodSeconds: 60 },
            { type: "Percent", value: 20, periodSeconds: 60 },
          ],
        },
      },
      [14, "ReadyForNewScale", "ScaleUpLimit", true],
    ],
    [
      "or the smallest",
      {
        current: 10,
        wanted: 50,
        up: {
          selectPolicy: "Min",
          policies: [
            { type: "Pods", value: 4, periodSeconds: 60 },
            { type: "Percent", value: 20, periodSeconds: 60 },
          ],
        },
      },
      [12, "ReadyForNewScale", "ScaleUpLimit", true],
    ],
    [
      "less what has been done in the period",
      {
        current: 10,
        wanted: 50,
        up: { policies: [{ type: "Pods", value: 4, periodSeconds: 60 }] },
        history: made([3, 30], [5, 90]),
      },
      [11, "ReadyForNewScale", "ScaleUpLimit", true],
    ],
    [
      "never",
      { current: 10, wanted: 50, up: { selectPolicy: "Disabled" } },
      [10, "ReadyForNewScale", "ScaleUpLimit", true],
    ],
    [
      "more only when it is wanted for long",
      { current: 3, wanted: 6, up: { stabilizationWindowSeconds: 60 }, history: wishes([4, 30]) },
      [4, "ScaleUpStabilized", "DesiredWithinRange", false],
    ],
    [
      "a wish for fewer in the past holds more back, but takes none away",
      { current: 5, wanted: 8, up: { stabilizationWindowSeconds: 60 }, history: wishes([3, 30]) },
      [5, "ScaleUpStabilized", "DesiredWithinRange", false],
    ],
    [
      "a wish for more in the past holds fewer back, but brings none",
      { current: 5, wanted: 3, down: {}, history: wishes([10, 100]) },
      [5, "ScaleDownStabilized", "DesiredWithinRange", false],
    ],
    [
      "pods that came count against those that may go in the same time",
      {
        current: 10,
        wanted: 1,
        down: { stabilizationWindowSeconds: 0, policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] },
        history: made([4, 30]),
      },
      [4, "ReadyForNewScale", "ScaleDownLimit", true],
    ],
    [
      "pods that went count for those that may come",
      {
        current: 5,
        wanted: 50,
        up: { policies: [{ type: "Pods", value: 2, periodSeconds: 60 }] },
        history: made([-5, 30]),
      },
      [12, "ReadyForNewScale", "ScaleUpLimit", true],
    ],
    [
      "fewer by steps",
      {
        current: 100,
        wanted: 10,
        down: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 10, periodSeconds: 60 }] },
      },
      [90, "ReadyForNewScale", "ScaleDownLimit", true],
    ],
    [
      "steps round down to more pods that go",
      {
        current: 5,
        wanted: 1,
        down: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 10, periodSeconds: 60 }] },
      },
      [4, "ReadyForNewScale", "ScaleDownLimit", true],
    ],
    [
      "fewer after five minutes, where no window is named",
      { current: 5, wanted: 1, down: {}, history: wishes([3, 100]) },
      [3, "ScaleDownStabilized", "DesiredWithinRange", false],
    ],
  ])("%s", (_what, given, expected) => {
    expect(limit(given)).toEqual(expected);
  });
});
