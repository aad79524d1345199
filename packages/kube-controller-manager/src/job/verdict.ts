import { parseTime } from "@skates/apimachinery";
import type { Job } from "@skates/api/batch/v1";
import type { Pod } from "@skates/api/core/v1";
import { isSuspended, type JobFacts, trueCondition } from "./facts.ts";
import { judgeFailure } from "./failure-policy.ts";
import { hasFailed } from "./job-pod.ts";
import { enoughSuccesses } from "./success-policy.ts";

/** How a job ends. */
export interface Verdict {
  readonly outcome: "Complete" | "Failed";
  readonly reason: string;
  readonly message: string;
}

/** Whether a job must end, whatever is still at work. Once the status says how, it stays so. */
export function jobVerdict(facts: JobFacts): Verdict | undefined {
  const { job, pods } = facts;
  const met = trueCondition(job, "SuccessCriteriaMet");
  if (met !== undefined) return { outcome: "Complete", reason: met.reason ?? "", message: met.message ?? "" };
  const target = trueCondition(job, "FailureTarget");
  if (target !== undefined) return failure(target.reason ?? "", target.message ?? "");
  const policy = job.spec.podFailurePolicy;
  const fatal = pods.find((pod) => hasFailed(pod, job) && judgeFailure(policy, pod).failJob !== undefined);
  if (fatal !== undefined) return failure("PodFailurePolicy", judgeFailure(policy, fatal).failJob ?? "");
  if (facts.failed > (job.spec.backoffLimit ?? 6) || restartsExceedLimit(job, pods)) {
    return failure("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  }
  if (deadlineLeftMs(job, facts.nowMs) === 0) {
    return failure("DeadlineExceeded", "Job was active longer than specified deadline");
  }
  return verdictOfIndexes(facts);
}

function verdictOfIndexes({ job, indexes }: JobFacts): Verdict | undefined {
  if (indexes === undefined) return undefined;
  const { completions, succeeded, failed } = indexes;
  const lost = failed?.size ?? 0;
  const { maxFailedIndexes, successPolicy } = job.spec;
  if (maxFailedIndexes !== undefined && lost > maxFailedIndexes) {
    return failure("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
  }
  if (lost > 0 && lost + succeeded.size >= completions) return failure("FailedIndexes", "Job has failed indexes");
  const message = enoughSuccesses(successPolicy, completions, succeeded);
  return message === undefined ? undefined : { outcome: "Complete", reason: "SuccessPolicy", message };
}

function failure(reason: string, message: string): Verdict {
  return { outcome: "Failed", reason, message };
}

/** With `OnFailure` a pod does not fail, its containers are started again. */
function restartsExceedLimit({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== "OnFailure") return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== "Running" && status?.phase !== "Pending") continue;
    const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    for (const { restartCount } of containers) restarts += restartCount;
  }
  const limit = spec.backoffLimit ?? 6;
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

/** How much of its time a job has left, at least 0; undefined if nothing limits it or it is held. */
export function deadlineLeftMs(job: Job, nowMs: number): number | undefined {
  const seconds = job.spec.activeDeadlineSeconds;
  const started = job.status?.startTime;
  if (seconds === undefined || started === undefined || isSuspended(job)) return undefined;
  return Math.max(parseTime(started) + seconds * 1000 - nowMs, 0);
}

/** Whether nothing is left to do once `active` pods are at work. */
export function isDone({ job, succeeded }: JobFacts, active: number): boolean {
  const { completions } = job.spec;
  return active === 0 && (completions === undefined ? succeeded > 0 : succeeded >= completions);
}
