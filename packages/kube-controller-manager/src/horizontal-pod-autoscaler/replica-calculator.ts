import type { Pod } from "@skates/api/core/v1";
import { podReady } from "../pod/pod-state.ts";
import { groupPods, type PodFigure, podRequests } from "./pod-usage.ts";

/** How far a figure may be from its target without anything being done, below and above it. */
export interface Tolerance {
  readonly down: number;
  readonly up: number;
}

/** What a figure asks for. */
export interface Proposal {
  readonly replicas: number;
  /** The figure as status shows it: percent for utilization, thousandths otherwise. */
  readonly current: number;
  /** Of utilization: the average in thousandths. */
  readonly average?: number | undefined;
}

export interface PodMetricQuestion {
  readonly pods: readonly Pod[];
  /** By pod. */
  readonly found: ReadonlyMap<string, PodFigure>;
  readonly currentReplicas: number;
  readonly tolerance: Tolerance;
  /** `cpu`, `memory`, or empty for figures that are no resource. */
  readonly resource: string;
  readonly nowMs: number;
}

/** Use as a percentage of what pods request against the percentage wanted. Throws an Error that says why that cannot be told. */
export function byUtilization(
  question: PodMetricQuestion,
  target: { readonly percent: number; readonly container: string | undefined },
): Proposal {
  const { pods, resource, currentReplicas, tolerance } = question;
  if (pods.length === 0) throw new Error("no pods returned by selector while calculating replica count");
  const groups = groupPods(pods, question.found, question);
  if (groups.figures.size === 0) throw new Error("did not receive metrics for targeted pods (pods might be unready)");
  const requests = podRequests(pods, { resource, container: target.container });
  const ratioOf = (milli: ReadonlyMap<string, number>): { readonly ratio: number; readonly percent: number } => {
    let used = 0;
    let requested = 0;
    for (const [name, value] of milli) {
      used += value;
      requested += requests.get(name) ?? 0;
    }
    if (requested === 0) throw new Error(`no metrics returned matched known pods`);
    const percent = Math.trunc((used * 100) / requested);
    return { ratio: percent / target.percent, percent };
  };
  const milli = new Map([...groups.figures].map(([name, figure]) => [name, figure.milli]));
  const { ratio, percent } = ratioOf(milli);
  const average = Math.trunc(sum(milli) / milli.size);
  const wholeMissing = (name: string): number =>
    Math.trunc((Math.max(100, target.percent) * (requests.get(name) ?? 0)) / 100);
  const replicas = settle(
    { groups, milli, ratio, currentReplicas, tolerance, missingWhenLess: wholeMissing },
    (next) => ratioOf(next).ratio,
  );
  return { replicas, current: percent, average };
}

/** The average of a figure over pods against the one wanted, in thousandths. */
export function byAverage(question: PodMetricQuestion, targetMilli: number): Proposal {
  const { pods, currentReplicas, tolerance } = question;
  if (pods.length === 0) throw new Error("no pods returned by selector while calculating replica count");
  const groups = groupPods(pods, question.found, question);
  if (groups.figures.size === 0) throw new Error("did not receive metrics for targeted pods (pods might be unready)");
  const milli = new Map([...groups.figures].map(([name, figure]) => [name, figure.milli]));
  const ratioOf = (next: ReadonlyMap<string, number>): number => sum(next) / next.size / targetMilli;
  const average = Math.trunc(sum(milli) / milli.size);
  const replicas = settle(
    { groups, milli, ratio: ratioOf(milli), currentReplicas, tolerance, missingWhenLess: () => targetMilli },
    ratioOf,
  );
  return { replicas, current: average };
}

/** One figure for all pods together against the one wanted: as many pods as are ready, times the ratio. */
export function byValue(
  { pods, currentReplicas, tolerance }: Pick<PodMetricQuestion, "pods" | "currentReplicas" | "tolerance">,
  { milli, targetMilli }: { readonly milli: number; readonly targetMilli: number },
): Proposal {
  const ratio = milli / targetMilli;
  if (currentReplicas === 0) return { replicas: Math.ceil(ratio), current: milli };
  if (within(ratio, tolerance)) return { replicas: currentReplicas, current: milli };
  const ready = pods.filter((pod) => pod.status?.phase === "Running" && podReady(pod)).length;
  if (ready === 0 && pods.length === 0) throw new Error("no pods returned by selector while calculating replica count");
  return { replicas: Math.ceil(ratio * ready), current: milli };
}

/** One figure for all pods together, so much of which each pod may have. */
export function byValuePerPod(
  { currentReplicas, tolerance }: { readonly currentReplicas: number; readonly tolerance: Tolerance },
  { milli, targetMilli }: { readonly milli: number; readonly targetMilli: number },
): Proposal {
  const ratio = currentReplicas === 0 ? Number.POSITIVE_INFINITY : milli / (targetMilli * currentReplicas);
  const replicas = within(ratio, tolerance) ? currentReplicas : Math.ceil(milli / targetMilli);
  return { replicas, current: replicas === 0 ? 0 : Math.ceil(milli / Math.max(1, currentReplicas)) };
}

interface Settling {
  readonly groups: ReturnType<typeof groupPods>;
  readonly milli: ReadonlyMap<string, number>;
  readonly ratio: number;
  readonly currentReplicas: number;
  readonly tolerance: Tolerance;
  /** What a pod without a figure is taken to use when pods might be taken away. */
  missingWhenLess(name: string): number;
}

/**
 * Pods without a figure are taken to use what argues against a change: all they may when pods would go, nothing when pods would come;
 * pods that are not ready yet, nothing when pods would come. If that turns the change round, nothing is changed.
 */
function settle(settling: Settling, ratioOf: (milli: ReadonlyMap<string, number>) => number): number {
  const { groups, milli, ratio, currentReplicas, tolerance } = settling;
  const { readyCount, unready, missing } = groups;
  const growsUnready = unready.size > 0 && ratio > 1;
  if (!growsUnready && missing.size === 0) {
    return within(ratio, tolerance) ? currentReplicas : Math.ceil(ratio * readyCount);
  }
  const careful = new Map(milli);
  if (ratio < 1) for (const name of missing) careful.set(name, settling.missingWhenLess(name));
  else if (ratio > 1) for (const name of missing) careful.set(name, 0);
  if (growsUnready) for (const name of unready) careful.set(name, 0);
  const next = ratioOf(careful);
  if (within(next, tolerance) || (ratio < 1 && next > 1) || (ratio > 1 && next < 1)) return currentReplicas;
  const replicas = Math.ceil(next * careful.size);
  return (next < 1 && replicas > currentReplicas) || (next > 1 && replicas < currentReplicas)
    ? currentReplicas
    : replicas;
}

function within(ratio: number, { down, up }: Tolerance): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

function sum(values: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const value of values.values()) total += value;
  return total;
}
