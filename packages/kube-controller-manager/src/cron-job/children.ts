import { formatTime, parseTime } from "@skates/apimachinery";
import type { CronJob, CronJobStatus, Job } from "@skates/api/batch/v1";
import type { ObjectReference } from "@skates/api/core/v1";
import type { Action } from "@skates/controller-runtime";
import { trueCondition } from "../job/facts.ts";
import { isFinished } from "../job/plan.ts";

/** When a job that a cron job made was due. */
export const SCHEDULED_ANNOTATION = "batch.kubernetes.io/cronjob-scheduled-timestamp";

export interface Followed {
  readonly status: CronJobStatus;
  readonly told: readonly Action[];
}

/** Brings the list of jobs at work, and the times of the last ones, to what the jobs say. */
export function followChildren(cron: CronJob, children: readonly Job[]): Followed {
  const told: Action[] = [];
  const tell = (type: "Normal" | "Warning", reason: string, message: string): void => {
    told.push({ do: "event", about: cron, type, reason, message });
  };
  const before = cron.status?.active ?? [];
  const byUid = new Map(children.map((job) => [job.metadata.uid, job]));
  const active: ObjectReference[] = [];
  for (const reference of before) {
    const job = byUid.get(reference.uid);
    if (job === undefined) tell("Normal", "MissingJob", `Active job went missing: ${reference.name ?? ""}`);
    else if (isFinished(job)) {
      const condition = trueCondition(job, "Complete") === undefined ? "Failed" : "Complete";
      tell("Normal", "SawCompletedJob", `Saw completed job: ${job.metadata.name}, condition: ${condition}`);
    } else active.push(reference);
  }
  const known = new Set(before.map(({ uid }) => uid));
  for (const job of children) {
    if (known.has(job.metadata.uid) || isFinished(job)) continue;
    if (scheduledMs(cron, job) !== undefined) active.push(referenceOf(job));
    else {
      const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
      tell("Warning", "UnexpectedJob", message);
    }
  }
  const { lastScheduleTime, lastSuccessfulTime } = cron.status ?? {};
  const successes = children.filter((job) => trueCondition(job, "Complete") !== undefined);
  return {
    told,
    status: {
      active: active.length === 0 ? undefined : active,
      lastScheduleTime: latest(
        lastScheduleTime,
        children.map((job) => scheduledMs(cron, job)),
      ),
      lastSuccessfulTime: latest(
        lastSuccessfulTime,
        successes.map(({ status }) =>
          status?.completionTime === undefined ? undefined : parseTime(status.completionTime),
        ),
      ),
    },
  };
}

/** When this job was due, if the controller made it for that time. */
function scheduledMs(cron: CronJob, job: Job): number | undefined {
  const text = job.metadata.annotations?.[SCHEDULED_ANNOTATION];
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return !Number.isNaN(ms) && job.metadata.name === jobName(cron, ms) ? ms : undefined;
}

/** One name for each time: a job is never made twice for the same. */
export function jobName(cron: CronJob, scheduledAtMs: number): string {
  return `${cron.metadata.name}-${Math.floor(scheduledAtMs / 60_000)}`;
}

function latest(known: string | undefined, times: readonly (number | undefined)[]): string | undefined {
  const all = times.filter((time) => time !== undefined);
  const newest = Math.max(...all);
  if (all.length === 0 || (known !== undefined && parseTime(known) >= newest)) return known;
  return formatTime(newest);
}

function referenceOf({ apiVersion, kind, metadata }: Job): ObjectReference {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

/** Of the finished jobs those that are more than are to be kept, the oldest. */
export function beyondHistory(cron: CronJob, children: readonly Job[]): readonly Job[] {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cron.spec;
  const failed = children.filter((job) => trueCondition(job, "Failed") !== undefined);
  const succeeded = children.filter((job) => trueCondition(job, "Complete") !== undefined);
  return [...oldest(succeeded, successfulJobsHistoryLimit), ...oldest(failed, failedJobsHistoryLimit)].filter(
    (job) => job.metadata.deletionTimestamp === undefined,
  );
}

function oldest(children: readonly Job[], limit: number | undefined): readonly Job[] {
  if (limit === undefined || children.length <= limit) return [];
  return children.toSorted(byStart).slice(0, children.length - limit);
}

/** What has not begun is the newest; a tie is broken by name. */
function byStart(a: Job, b: Job): number {
  const [first, second] = [startMs(a), startMs(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function startMs({ status }: Job): number {
  return status?.startTime === undefined ? Number.POSITIVE_INFINITY : parseTime(status.startTime);
}
