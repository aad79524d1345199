import { equalValues, formatTime, isStatus, type ObjectKey, parseTime } from "@skates/apimachinery";
import { type CronJob, type CronJobStatus, cronJobs, isTimeZone, type Job, jobs } from "@skates/api/batch/v1";
import { messageOf } from "@skates/component-base";
import {
  type Action,
  type ActionFailure,
  creation,
  deletion,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
  controllerReference,
  controls,
} from "@skates/controller-runtime";
import { beyondHistory, followChildren, jobName, SCHEDULED_ANNOTATION } from "./children.ts";
import { formatTimeIn } from "./zoned-time.ts";
import { missedStarts, parseSchedule, type Schedule } from "./schedule.ts";

/** What the plan of a cron job looks at; the lister of jobs has the owner indexes. */
export interface CronJobView {
  readonly cronJobs: Lister<CronJob>;
  readonly jobs: Lister<Job>;
}

/** Makes a job at each time of the schedule, and keeps account of those made before. */
export function planCronJob(
  view: CronJobView,
  key: ObjectKey,
  nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const cron = view.cronJobs.get(key);
  if (cron === undefined) return NOTHING;
  const children = view.jobs.by("controller", cron.metadata.uid ?? "");
  const { status, told } = followChildren(cron, children);
  const start = planStart({ cron, children, status, jobs: view.jobs, nowMs });
  const next = start.status ?? status;
  const surplus = beyondHistory(cron, children).map((job) => deleteJob(cron, job));
  const failed = failures.flatMap((one) => eventOf(cron, one));
  const write = equalValues(next, withoutEmpty(cron.status)) ? [] : [statusUpdate(cronJobs, { ...cron, status: next })];
  const stages = [[...failed, ...told, ...start.told], start.remove, start.create, write, surplus];
  return { stages: stages.filter((stage) => stage.length > 0), requeueAfterMs: start.waitMs };
}

function withoutEmpty(status: CronJobStatus | undefined): CronJobStatus {
  return { ...status, active: status?.active?.length === 0 ? undefined : status?.active };
}

interface Start {
  readonly create: readonly Action[];
  readonly remove: readonly Action[];
  readonly told: readonly Action[];
  readonly status?: CronJobStatus | undefined;
  readonly waitMs?: number | undefined;
}

interface StartInput {
  readonly cron: CronJob;
  readonly children: readonly Job[];
  readonly status: CronJobStatus;
  readonly jobs: Lister<Job>;
  readonly nowMs: number;
}

/** Upstream's words for a schedule that never comes: to it, all its times are the same. */
const NEVER = "time difference between two schedules is less than 1 second";
const NO_START: Start = { create: [], remove: [], told: [] };

function planStart(input: StartInput): Start {
  const { cron } = input;
  const { spec, metadata } = cron;
  if (metadata.deletionTimestamp !== undefined) return NO_START;
  const { timeZone } = spec;
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`;
    return { ...NO_START, told: [warn(cron, "UnknownTimeZone", message)] };
  }
  if (spec.suspend === true) return NO_START;
  const start = planBySchedule(input);
  return { ...start, told: [...tellZoneWithin(cron), ...start.told] };
}

function planBySchedule(input: StartInput): Start {
  const { cron, status, nowMs } = input;
  const { spec } = cron;
  const schedule = scheduleOf(cron);
  if ("do" in schedule) return { ...NO_START, told: [schedule] };
  const { latestMs, many, possible } = missedStarts(schedule, sinceMs(cron, status, nowMs), nowMs);
  if (!possible)
    return {
      ...NO_START,
      told: [warn(cron, "InvalidSchedule", `invalid schedule: ${spec.schedule} : ${NEVER}`)],
    };
  const nextMs = schedule.next(nowMs);
  const waitMs = nextMs === undefined ? undefined : Math.max(nextMs - nowMs, 1);
  const tooMany = "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew";
  const told = many ? [warn(cron, "TooManyMissedTimes", tooMany)] : [];
  if (latestMs === undefined) return { ...NO_START, told, waitMs };
  const deadline = spec.startingDeadlineSeconds;
  if (deadline !== undefined && latestMs + deadline * 1000 < nowMs) {
    const message = `Missed scheduled time to start a job: ${new Date(latestMs).toUTCString().replace("GMT", "+0000")}`;
    return { ...NO_START, told: [...told, warn(cron, "MissSchedule", message)], waitMs };
  }
  const start = startAt(input, latestMs);
  return { ...start, told: [...told, ...start.told], waitMs };
}

/** A zone within the schedule works, but nobody promises that it will. */
function tellZoneWithin(cron: CronJob): readonly Action[] {
  const { schedule } = cron.spec;
  if (!schedule.includes("TZ")) return [];
  const where = "see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
  const message = `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, ${where}`;
  return [warn(cron, "UnsupportedSchedule", message)];
}

/** From when on times count: after the last one used, or the making of the cron job, and not longer ago than the deadline allows. */
function sinceMs({ metadata, spec }: CronJob, status: CronJobStatus, nowMs: number): number {
  const since = parseTime(status.lastScheduleTime ?? metadata.creationTimestamp ?? formatTime(nowMs));
  const deadline = spec.startingDeadlineSeconds;
  return deadline === undefined ? since : Math.max(since, nowMs - deadline * 1000);
}

/** The schedule, or what people are told about it. */
function scheduleOf(cron: CronJob): Schedule | Action {
  const { schedule, timeZone } = cron.spec;
  try {
    return parseSchedule(schedule, timeZone);
  } catch (error) {
    // The API server lets none through; one that was stored before it knew better may be there all the same.
    return warn(cron, "UnparseableSchedule", `unparseable schedule: ${JSON.stringify(schedule)} : ${messageOf(error)}`);
  }
}

function startAt({ cron, children, status, jobs: known }: StartInput, atMs: number): Start {
  const name = jobName(cron, atMs);
  const { namespace } = cron.metadata;
  const taken = known.get({ namespace, name });
  const lastScheduleTime = formatTime(atMs);
  if (taken !== undefined) {
    // Somebody else's job has the name of this time: upstream takes it for the work of another controller, and says nothing.
    return controls(cron, taken) ? { ...NO_START, status: { ...status, lastScheduleTime } } : NO_START;
  }
  const active = status.active ?? [];
  const policy = cron.spec.concurrencyPolicy ?? "Allow";
  if (policy === "Forbid" && active.length > 0) {
    const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
    return { ...NO_START, told: [{ do: "event", about: cron, type: "Normal", reason: "JobAlreadyActive", message }] };
  }
  const uids = new Set(policy === "Replace" ? active.map(({ uid }) => uid) : []);
  const replaced = children.filter((job) => uids.has(job.metadata.uid));
  const left = active.filter(({ uid }) => !uids.has(uid));
  const announce = { about: cron, type: "Normal", reason: "SuccessfulCreate", message: "Created job {name}" } as const;
  return {
    told: [],
    remove: replaced.map((job) => deleteJob(cron, job)),
    create: [creation(jobs, newJob(cron, name, atMs), announce)],
    status: {
      ...status,
      active: left.length === 0 ? undefined : left,
      lastScheduleTime,
    },
  };
}

function newJob(cron: CronJob, name: string, atMs: number): Job {
  const { metadata, spec } = cron.spec.jobTemplate;
  const annotations = {
    ...metadata?.annotations,
    [SCHEDULED_ANNOTATION]: formatTimeIn(atMs, cron.spec.timeZone ?? "UTC"),
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: cron.metadata.namespace,
      labels: metadata?.labels,
      annotations,
      ownerReferences: [controllerReference(cron)],
    },
    spec: spec ?? { template: {} },
  };
}

function deleteJob(cron: CronJob, job: Job): Action {
  const announce = { about: cron, type: "Normal", reason: "SuccessfulDelete", message: "Deleted job {name}" } as const;
  return deletion(jobs, job, { announce, options: { propagationPolicy: "Background" } });
}

function warn(cron: CronJob, reason: string, message: string): Action {
  return { do: "event", about: cron, type: "Warning", reason, message };
}

function eventOf(cron: CronJob, { action, error }: ActionFailure): readonly Action[] {
  if (isStatus(error, "AlreadyExists")) return [];
  if (action.do === "create") return [warn(cron, "FailedCreate", `Error creating job: ${error.message}`)];
  return action.do === "delete" ? [warn(cron, "FailedDelete", `Deleted job: ${error.message}`)] : [];
}
