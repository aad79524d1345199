import type { Job, JobCondition } from "@skates/api/batch/v1";
import type { Pod } from "@skates/api/core/v1";
import { conditionOf } from "../condition.ts";
import { podActive, podReady } from "../pod/pod-state.ts";
import type { Endings } from "./backoff.ts";
import { judgeFailure } from "./failure-policy.ts";
import { type Indexes, parseIndexes, union } from "./indexes.ts";
import {
  completionIndex,
  finishedAtMs,
  hasFailed,
  hasSucceeded,
  indexFailures,
  isTerminating,
  isTracked,
} from "./job-pod.ts";

/** What there is of a job, worked out of its pods and its status. */
export interface JobFacts {
  readonly job: Job;
  /** But those that succeeded and have been counted: nothing depends on them any more. */
  readonly pods: readonly Pod[];
  /** All that succeeded. They may be very many. */
  readonly succeededPods: () => readonly Pod[];
  readonly active: readonly Pod[];
  readonly ready: number;
  readonly terminating: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Only of an indexed job. */
  readonly indexes: IndexFacts | undefined;
  readonly nowMs: number;
  /** When a pod ended, as `Endings` have it. */
  readonly ended: (pod: Pod) => number;
}

export interface IndexFacts {
  readonly completions: number;
  /** Those that the status tells. */
  readonly succeededBefore: Indexes;
  readonly succeeded: Indexes;
  /** Only with a limit per index. */
  readonly failed: Indexes | undefined;
  /** Of the indexes that are to be tried again, the pod that failed last; it is kept until there is a new one. */
  readonly awaiting: ReadonlyMap<number, Pod>;
}

/** The condition of this type, if it is true. */
export function trueCondition(job: Job, type: string): JobCondition | undefined {
  const condition = conditionOf(job.status?.conditions, type);
  return condition?.status === "True" ? condition : undefined;
}

export function isSuspended(job: Job): boolean {
  return job.spec.suspend === true;
}

function isIndexed(job: Job): boolean {
  return job.spec.completionMode === "Indexed";
}

export interface FactSources extends Pick<JobFacts, "nowMs" | "succeededPods"> {
  readonly endings: Endings;
}

/** Works out what there is of a job. */
export function jobFacts(job: Job, pods: readonly Pod[], { nowMs, endings, succeededPods }: FactSources): JobFacts {
  const active = pods.filter(podActive);
  const { uncountedTerminatedPods: uncounted, succeeded = 0, failed = 0 } = job.status ?? {};
  const noted = new Set([...(uncounted?.succeeded ?? []), ...(uncounted?.failed ?? [])]);
  const fresh = pods.filter((pod) => isTracked(pod) && !noted.has(pod.metadata.uid ?? "") && countsFor(job, pod));
  const policy = job.spec.podFailurePolicy;
  const failures = fresh.filter((pod) => hasFailed(pod, job) && judgeFailure(policy, pod).counts);
  const indexes = isIndexed(job) ? indexFacts(job, pods, { active, fresh }) : undefined;
  return {
    job,
    pods,
    succeededPods,
    active,
    ready: active.filter(podReady).length,
    terminating: pods.filter(isTerminating).length,
    succeeded:
      indexes?.succeeded.size ?? succeeded + (uncounted?.succeeded?.length ?? 0) + fresh.filter(hasSucceeded).length,
    failed: failed + (uncounted?.failed?.length ?? 0) + failures.length,
    indexes,
    nowMs,
    ended: (pod) => endings.endedMs(pod, nowMs),
  };
}

/** Pods of an indexed job count only with an index that it has. */
export function countsFor(job: Job, pod: Pod): boolean {
  if (!isIndexed(job)) return true;
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec.completions ?? 0);
}

interface PodsByUse {
  readonly active: readonly Pod[];
  readonly fresh: readonly Pod[];
}

function indexFacts(job: Job, pods: readonly Pod[], { active, fresh }: PodsByUse): IndexFacts {
  const completions = job.spec.completions ?? 0;
  const limit = job.spec.backoffLimitPerIndex;
  const succeededBefore = parseIndexes(job.status?.completedIndexes, completions);
  const succeeded = union(succeededBefore, indexesOf(fresh.filter(hasSucceeded)));
  if (limit === undefined) return { completions, succeededBefore, succeeded, failed: undefined, awaiting: new Map() };
  const lost = pods.filter((pod) => countsFor(job, pod) && losesIndex(job, pod, limit));
  const failed = union(parseIndexes(job.status?.failedIndexes, completions), indexesOf(lost));
  const awaiting = new Map<number, Pod>();
  for (const pod of fresh) {
    const index = completionIndex(pod);
    if (index === undefined || !hasFailed(pod, job) || succeeded.has(index) || failed.has(index)) continue;
    const other = awaiting.get(index);
    if (other === undefined || isLater(pod, other)) awaiting.set(index, pod);
  }
  for (const index of indexesOf(active)) awaiting.delete(index);
  return { completions, succeededBefore, succeeded, failed, awaiting };
}

/** The indexes of the pods that have one. */
export function indexesOf(pods: readonly Pod[]): readonly number[] {
  return pods.map(completionIndex).filter((index) => index !== undefined);
}

function losesIndex(job: Job, pod: Pod, limit: number): boolean {
  if (!hasFailed(pod, job)) return false;
  const { action, counts } = judgeFailure(job.spec.podFailurePolicy, pod);
  return action === "FailIndex" || (counts && indexFailures(pod).counted >= limit);
}

function isLater(pod: Pod, other: Pod): boolean {
  const tries = (one: Pod): number => indexFailures(one).counted + indexFailures(one).ignored;
  const difference = tries(pod) - tries(other);
  return difference > 0 || (difference === 0 && finishedAtMs(pod) > finishedAtMs(other));
}
