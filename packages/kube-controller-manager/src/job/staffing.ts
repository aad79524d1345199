import type { Pod } from "@skates/api/core/v1";
import { inDeletionOrder } from "../replica-set/delete-order.ts";
import { indexBackoffLeftMs, jobBackoffLeftMs } from "./backoff.ts";
import { indexesOf, isSuspended, type JobFacts } from "./facts.ts";
import { firstFree, union } from "./indexes.ts";
import { completionIndex, hasFailed, isTerminating, isTracked, newJobPod, replacesFailedOnly } from "./job-pod.ts";

/** So many pods are made or deleted at most by one plan. */
const BURST = 500;

/** Which pods a job needs more, or no longer. Never both at once: pods are made once those too many are gone. */
export interface Staffing {
  readonly create: readonly Pod[];
  readonly remove: readonly Pod[];
  /** When pods that have to wait may be made. */
  readonly waitMs?: number | undefined;
}

/** What to change about the pods of a job that goes on. */
export function staffJob(facts: JobFacts): Staffing {
  const { job, active, terminating } = facts;
  const wanted = isSuspended(job) ? 0 : wantedPods(facts);
  const remove = surplus(facts, Math.max(active.length - wanted, 0));
  if (remove.length > 0) return { create: [], remove: remove.slice(0, BURST) };
  const missing = wanted - active.length - (replacesFailedOnly(job) ? terminating : 0);
  return missing > 0 ? additions(facts, Math.min(missing, BURST)) : { create: [], remove: [] };
}

function wantedPods({ job, active, succeeded }: JobFacts): number {
  const { completions, parallelism = 1 } = job.spec;
  // Any pod that succeeds tells the others that the work is done: they are left to end by themselves.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(Math.min(completions - succeeded, parallelism), 0);
}

/** At least `least` pods, and all that do what another does or nobody asked for. */
function surplus({ active, indexes, nowMs }: JobFacts, least: number): readonly Pod[] {
  const remove: Pod[] = [];
  let left = active;
  if (indexes !== undefined) {
    const kept = new Map<number, Pod>();
    // The most advanced pod of an index comes last, and stays.
    for (const pod of inDeletionOrder(active, active, nowMs)) {
      const index = completionIndex(pod);
      const before = index === undefined ? undefined : kept.get(index);
      if (index === undefined || index >= indexes.completions) remove.push(pod);
      else kept.set(index, pod);
      if (before !== undefined) remove.push(before);
    }
    left = [...kept.values()];
  }
  if (remove.length >= least) return remove;
  return [...remove, ...inDeletionOrder(left, left, nowMs).slice(0, least - remove.length)];
}

function additions(facts: JobFacts, count: number): Staffing {
  const { job, pods, succeededPods, active, indexes, nowMs, ended } = facts;
  const perIndex = job.spec.backoffLimitPerIndex !== undefined;
  if (!perIndex) {
    // A pod that was let go before it was deleted did not fail.
    const failed = pods.filter((pod) => pod.status?.phase === "Failed" || (isTracked(pod) && hasFailed(pod, job)));
    const waitMs = jobBackoffLeftMs(succeededPods, failed, { ended, nowMs });
    if (waitMs > 0) return { create: [], remove: [], waitMs };
  }
  if (indexes === undefined) return { create: Array.from({ length: count }, () => newJobPod(job)), remove: [] };
  const ending = replacesFailedOnly(job) ? indexesOf(pods.filter(isTerminating)) : [];
  const taken = union(union(indexes.succeeded, indexes.failed ?? []), [...indexesOf(active), ...ending]);
  const create: Pod[] = [];
  let waitMs: number | undefined;
  for (const index of firstFree(taken, count, indexes.completions)) {
    const last = indexes.awaiting.get(index);
    const leftMs = perIndex ? indexBackoffLeftMs(last, ended, nowMs) : 0;
    if (leftMs === 0) create.push(newJobPod(job, index, last));
    else waitMs = Math.min(leftMs, waitMs ?? leftMs);
  }
  return { create, remove: [], waitMs };
}
