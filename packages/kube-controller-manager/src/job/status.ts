import { formatTime } from "@skates/apimachinery";
import type { JobCondition, JobStatus } from "@skates/api/batch/v1";
import { conditionOf } from "../condition.ts";
import { type Counting, countPods } from "./counting.ts";
import { isSuspended, type JobFacts, trueCondition } from "./facts.ts";
import type { Verdict } from "./verdict.ts";

/** How many pods there are once the plan has been carried out. */
export interface Forecast {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
}

export interface JobStatusResult {
  readonly status: JobStatus;
  readonly release: Counting["release"];
  /** What has come about by this status and people are told of. */
  readonly told: readonly Told[];
}

export interface Told {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** The status of a job, given how it is to end, if it is. */
export function jobStatus(facts: JobFacts, verdict: Verdict | undefined, forecast: Forecast): JobStatusResult {
  const { job, nowMs } = facts;
  const { counts, release } = countPods(facts, verdict);
  const now = formatTime(nowMs);
  const counted: JobStatus = {
    ...job.status,
    ...counts,
    startTime: job.status?.startTime ?? (isSuspended(job) ? undefined : now),
    active: forecast.active === 0 ? undefined : forecast.active,
    ready: forecast.ready,
    terminating: forecast.terminating,
  };
  // How a held job ends is told by its end.
  const { status: base, told } =
    verdict !== undefined && isSuspended(job) ? { status: counted, told: [] } : withSuspension(facts, counted, now);
  if (verdict === undefined) return { status: base, release, told };
  const interim = verdict.outcome === "Failed" ? "FailureTarget" : "SuccessCriteriaMet";
  const { succeeded, failed } = counts.uncountedTerminatedPods ?? {};
  const settled = release.length === 0 && succeeded === undefined && failed === undefined;
  const over = trueCondition(job, interim) !== undefined && settled && forecast.active + forecast.terminating === 0;
  const noted = { ...base, conditions: withJobCondition(base.conditions, made(interim, "True", verdict), now) };
  if (!over) return { status: noted, release, told };
  const conditions = withJobCondition(noted.conditions, made(verdict.outcome, "True", verdict), now);
  const completionTime = verdict.outcome === "Complete" ? now : undefined;
  return { status: { ...noted, conditions, completionTime }, release, told: [...told, ...tellEnd(facts, verdict)] };
}

function made(
  type: string,
  status: "True" | "False",
  { reason, message }: Pick<Verdict, "reason" | "message">,
): JobCondition {
  return { type, status, reason, message };
}

function tellEnd({ job, succeeded }: JobFacts, { outcome, reason, message }: Verdict): readonly Told[] {
  if (outcome === "Failed") return [{ type: "Warning", reason, message }];
  const { completions } = job.spec;
  const done: Told = { type: "Normal", reason: "Completed", message: "Job completed" };
  if (completions === undefined || succeeded <= completions) return [done];
  const tooMany = "Too many succeeded pods running after completion count reached";
  return [{ type: "Warning", reason: "TooManySucceededPods", message: tooMany }, done];
}

/** A job that is held has not started; one that is resumed begins its time anew. */
function withSuspension({ job }: JobFacts, base: JobStatus, now: string): Omit<JobStatusResult, "release"> {
  const held = isSuspended(job);
  const known = conditionOf(base.conditions, "Suspended");
  if (!held && known === undefined) return { status: base, told: [] };
  const [reason, message, event] = held
    ? ["JobSuspended", "Job suspended", "Suspended"]
    : ["JobResumed", "Job resumed", "Resumed"];
  const conditions = withJobCondition(
    base.conditions,
    made("Suspended", held ? "True" : "False", { reason, message }),
    now,
  );
  const same = conditions === base.conditions;
  const startTime = held ? undefined : same ? base.startTime : now;
  if (same) return { status: { ...base, startTime }, told: [] };
  return { status: { ...base, conditions, startTime }, told: [{ type: "Normal", reason: event, message }] };
}

/** The same list if it says so already. */
function withJobCondition(
  conditions: readonly JobCondition[] = [],
  next: JobCondition,
  now: string,
): readonly JobCondition[] {
  const current = conditionOf(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason && current.message === next.message)
    return conditions;
  const dated = { ...next, lastProbeTime: now, lastTransitionTime: now };
  return current === undefined
    ? [...conditions, dated]
    : conditions.map((condition) => (condition === current ? dated : condition));
}
