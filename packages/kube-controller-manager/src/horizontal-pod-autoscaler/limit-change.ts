import type { HPAScalingRules, HorizontalPodAutoscaler } from "@skates/api/autoscaling/v2";

/** What an autoscaler wanted and did lately, in the order of time. Lost when the controller starts anew, as upstream's. */
export interface ScalingHistory {
  readonly wanted: readonly { readonly replicas: number; readonly atMs: number }[];
  /** Positive: pods came. */
  readonly changes: readonly { readonly by: number; readonly atMs: number }[];
}

export const NO_HISTORY: ScalingHistory = { wanted: [], changes: [] };

export interface Limited {
  readonly replicas: number;
  readonly able: Told;
  readonly limited: Told;
  readonly isLimited: boolean;
}
export interface Told {
  readonly reason: string;
  readonly message: string;
}

/** Upstream's window, where an autoscaler names none. */
const DOWN_WINDOW_SECONDS = 300;
const HISTORY_MS = 3_600_000;
const READY: Told = { reason: "ReadyForNewScale", message: "recommended size matches current size" };
const LOWER: Told = {
  reason: "ScaleUpStabilized",
  message: "recent recommendations were lower than current one, applying the lowest recent recommendation",
};
const HIGHER: Told = {
  reason: "ScaleDownStabilized",
  message: "recent recommendations were higher than current one, applying the highest recent recommendation",
};
const WITHIN: Told = { reason: "DesiredWithinRange", message: "the desired count is within the acceptable range" };
const TOO_FEW: Told = {
  reason: "TooFewReplicas",
  message: "the desired replica count is less than the minimum replica count",
};
const TOO_MANY: Told = {
  reason: "TooManyReplicas",
  message: "the desired replica count is more than the maximum replica count",
};
const TOO_FAST_UP: Told = {
  reason: "ScaleUpLimit",
  message: "the desired replica count is increasing faster than the maximum scale rate",
};
const TOO_FAST_DOWN: Told = {
  reason: "ScaleDownLimit",
  message: "the desired replica count is decreasing faster than the maximum scale rate",
};

export interface WantedChange {
  readonly spec: HorizontalPodAutoscaler["spec"];
  readonly current: number;
  readonly wanted: number;
  readonly history: ScalingHistory;
  readonly nowMs: number;
}

/** Holds a change within what the autoscaler allows: stabilization over recent wishes, steps per time, and its bounds. */
export function limitChange(change: WantedChange): Limited {
  const { spec, current, wanted } = change;
  const stable = stabilized(change);
  const able = stable === wanted ? READY : wanted >= current && spec.behavior !== undefined ? LOWER : HIGHER;
  const { replicas, told } = spec.behavior === undefined ? simply(change, stable) : stepwise(change, stable);
  return { replicas, able, limited: told, isLimited: replicas !== stable };
}

/** The history with what was wanted now; what no window reaches any more is dropped. */
export function remembered(history: ScalingHistory, wanted: number, nowMs: number): ScalingHistory {
  const kept = history.wanted.filter(({ atMs }) => nowMs - atMs <= HISTORY_MS);
  return { ...history, wanted: [...kept, { replicas: wanted, atMs: nowMs }] };
}

/** The history with a change that was made. */
export function changed(history: ScalingHistory, by: number, nowMs: number): ScalingHistory {
  const kept = history.changes.filter(({ atMs }) => nowMs - atMs <= HISTORY_MS);
  return { ...history, changes: [...kept, { by, atMs: nowMs }] };
}

function stabilized({ spec: { behavior }, current, wanted, history, nowMs }: WantedChange): number {
  const within = (seconds: number): readonly number[] =>
    history.wanted.filter(({ atMs }) => atMs > nowMs - seconds * 1000).map(({ replicas }) => replicas);
  const highest = Math.max(wanted, ...within(behavior?.scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_SECONDS));
  // Without rules of its own, an autoscaler only ever holds on to pods.
  if (behavior === undefined) return highest;
  const lowest = Math.min(wanted, ...within(behavior.scaleUp?.stabilizationWindowSeconds ?? 0));
  // Wishes of the past hold a change back; they never turn it round.
  return Math.min(Math.max(current, lowest), highest);
}

function simply({ spec, current }: WantedChange, wanted: number): { replicas: number; told: Told } {
  const least = spec.minReplicas ?? 1;
  const fastest = Math.max(2 * current, 4);
  const most = Math.min(spec.maxReplicas, fastest);
  if (wanted < least) return { replicas: least, told: TOO_FEW };
  if (wanted > most) return { replicas: most, told: spec.maxReplicas > fastest ? TOO_FAST_UP : TOO_MANY };
  return { replicas: wanted, told: WITHIN };
}

function stepwise({ spec, current, history, nowMs }: WantedChange, wanted: number): { replicas: number; told: Told } {
  const { scaleUp, scaleDown } = spec.behavior ?? {};
  /** How many there were at the start of a period. */
  const before = (seconds: number): number =>
    history.changes.filter(({ atMs }) => atMs > nowMs - seconds * 1000).reduce((sum, { by }) => sum - by, current);
  if (wanted > current) {
    const fastest = Math.max(current, upLimit(scaleUp, current, before));
    const most = Math.min(spec.maxReplicas, fastest);
    if (wanted > most) return { replicas: most, told: spec.maxReplicas > fastest ? TOO_FAST_UP : TOO_MANY };
  } else if (wanted < current) {
    const fastest = Math.min(current, downLimit(scaleDown, current, before));
    const bound = spec.minReplicas ?? 1;
    const least = Math.max(bound, fastest);
    if (wanted < least) return { replicas: least, told: bound < fastest ? TOO_FAST_DOWN : TOO_FEW };
  }
  return { replicas: wanted, told: WITHIN };
}

/** Without policies of its own: four pods or as many again, in fifteen seconds. */
const UP_POLICIES: NonNullable<HPAScalingRules["policies"]> = [
  { type: "Pods", value: 4, periodSeconds: 15 },
  { type: "Percent", value: 100, periodSeconds: 15 },
];
const DOWN_POLICIES: NonNullable<HPAScalingRules["policies"]> = [{ type: "Percent", value: 100, periodSeconds: 15 }];

function upLimit(rules: HPAScalingRules | undefined, current: number, before: (seconds: number) => number): number {
  if (rules?.selectPolicy === "Disabled") return current;
  const limits = (rules?.policies ?? UP_POLICIES).map(({ type, value, periodSeconds }) => {
    const start = before(periodSeconds);
    return type === "Pods" ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules?.selectPolicy === "Min" ? Math.min(...limits) : Math.max(0, ...limits);
}

function downLimit(rules: HPAScalingRules | undefined, current: number, before: (seconds: number) => number): number {
  if (rules?.selectPolicy === "Disabled") return current;
  const limits = (rules?.policies ?? DOWN_POLICIES).map(({ type, value, periodSeconds }) => {
    const start = before(periodSeconds);
    return type === "Pods" ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return rules?.selectPolicy === "Min" ? Math.max(...limits) : Math.min(...limits);
}
