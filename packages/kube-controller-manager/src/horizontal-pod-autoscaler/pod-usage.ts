import type { Pod } from "@skates/api/core/v1";
import { parseQuantity, parseTime } from "@skates/apimachinery";
import { podCondition } from "../pod/pod-state.ts";

/** A figure of one pod, in thousandths. */
export interface PodFigure {
  readonly milli: number;
  readonly timestampMs: number;
  readonly windowMs: number;
}

/** What is known of the pods of a target, and what is not to be counted. */
export interface GroupedPods {
  readonly figures: ReadonlyMap<string, PodFigure>;
  readonly readyCount: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
}

/** Upstream's times: a pod that starts uses more than it will later, and is not counted at first. */
const CPU_INITIALIZATION_MS = 300_000;
const INITIAL_READINESS_MS = 30_000;

/** Sorts pods, by upstream's rules, into those whose figures count, those that are not ready yet, and those without a figure. */
export function groupPods(
  pods: readonly Pod[],
  found: ReadonlyMap<string, PodFigure>,
  { resource, nowMs }: { readonly resource: string; readonly nowMs: number },
): GroupedPods {
  const figures = new Map<string, PodFigure>();
  const unready = new Set<string>();
  const missing = new Set<string>();
  let readyCount = 0;
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined || pod.status?.phase === "Failed") continue;
    if (pod.status?.phase === "Pending") {
      unready.add(name);
      continue;
    }
    const figure = found.get(name);
    if (figure === undefined) {
      missing.add(name);
      continue;
    }
    if (resource === "cpu" && startsUp(pod, figure, nowMs)) {
      unready.add(name);
      continue;
    }
    readyCount += 1;
    figures.set(name, figure);
  }
  return { figures, readyCount, unready, missing };
}

function startsUp(pod: Pod, { timestampMs, windowMs }: PodFigure, nowMs: number): boolean {
  const ready = podCondition(pod, "Ready");
  const started = pod.status?.startTime;
  if (ready === undefined || started === undefined) return true;
  const startedMs = parseTime(started);
  const changedMs = ready.lastTransitionTime === undefined ? 0 : parseTime(ready.lastTransitionTime);
  if (startedMs + CPU_INITIALIZATION_MS > nowMs) {
    return ready.status === "False" || timestampMs < changedMs + windowMs;
  }
  return ready.status === "False" && startedMs + INITIAL_READINESS_MS > changedMs;
}

/**
 * What pods ask for of a resource, by pod, in thousandths: as a whole where they say so, else the sum of their containers; of one
 * container only, where it is named. Throws an Error in upstream's words.
 */
export function podRequests(
  pods: readonly Pod[],
  of: { readonly resource: string; readonly container: string | undefined },
): ReadonlyMap<string, number> {
  return new Map(
    pods.map((pod) => {
      const whole = of.container === undefined && Object.keys(pod.spec.resources?.requests ?? {}).length > 0;
      return [pod.metadata.name, whole ? wholeRequest(pod, of.resource) : containerRequests(pod, of)];
    }),
  );
}

/** A pod that has requests as a whole for other resources only, still has those of its containers for this one. */
function wholeRequest(pod: Pod, resource: string): number {
  const { spec, metadata } = pod;
  const texts = [
    spec.resources?.requests?.[resource] ?? containersOf(pod).map((one) => one.resources?.requests?.[resource]),
  ]
    .flat()
    .filter((text) => text !== undefined);
  if (texts.length === 0) throw new Error(`missing pod-level request for ${resource} in Pod ${metadata.name}`);
  return texts.reduce((total, text) => total + parseQuantity(text).milliValue(), 0);
}

function containerRequests(
  pod: Pod,
  { resource, container }: { readonly resource: string; readonly container: string | undefined },
): number {
  const of = containersOf(pod).filter(({ name }) => container === undefined || container === name);
  if (of.length === 0) throw new Error(`container ${container} not found in Pod ${pod.metadata.name}`);
  return of.reduce((total, { name, resources }) => {
    const text = resources?.requests?.[resource];
    if (text === undefined) {
      throw new Error(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`);
    }
    return total + parseQuantity(text).milliValue();
  }, 0);
}

/** Those that run as long as the pod does. */
function containersOf({ spec }: Pod) {
  return [...spec.containers, ...(spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always")];
}
