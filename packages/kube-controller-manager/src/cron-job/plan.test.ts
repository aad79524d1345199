// Plans of cron jobs and of finished jobs whose time is over, as pairs of what there is and what is done and told.
import { formatTime, isRecord, StatusError } from "@skates/apimachinery";
import { type CronJob, type CronJobSpec, type CronJobStatus, type Job, jobs } from "@skates/api/batch/v1";
import { type Action, createLister, OWNER_INDEXES, type Plan } from "@skates/controller-runtime";
import { describe, expect, test } from "vitest";
import { planTtl } from "../ttl-after-finished/controller.ts";
import { planCronJob } from "./plan.ts";

/** Half a minute after a time of `* * * * *`. */
const nowMs = Date.parse("2026-01-01T00:10:30Z");
const key = { namespace: "n", name: "c" };
const minute = (count: number): number => Date.parse(`2026-01-01T00:${String(count).padStart(2, "0")}:00Z`);
const nameAt = (count: number): string => `c-${minute(count) / 60_000}`;

function cron(spec: Partial<CronJobSpec> = {}, status: CronJobStatus = {}): CronJob {
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { ...key, uid: "c", creationTimestamp: "2026-01-01T00:09:30Z" },
    spec: { schedule: "* * * * *", concurrencyPolicy: "Allow", jobTemplate: { spec: { template: {} } }, ...spec },
    status,
  };
}

interface Written {
  readonly end?: "Complete" | "Failed";
  readonly owner?: string;
  readonly annotated?: boolean;
}

function jobAt(count: number, { end, owner = "c", annotated = true }: Written = {}): Job {
  const conditions = end === undefined ? [] : [{ type: end, status: "True" as const }];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      namespace: "n",
      name: nameAt(count),
      uid: `uid-${count}`,
      annotations: annotated ? { "batch.kubernetes.io/cronjob-scheduled-timestamp": formatTime(minute(count)) } : {},
      ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: "c", uid: owner, controller: true }],
    },
    spec: { template: {} },
    status: { startTime: formatTime(minute(count)), completionTime: formatTime(minute(count) + 5000), conditions },
  };
}
const active = (...counts: readonly number[]): CronJobStatus => ({
  active: counts.map((count) => ({ name: nameAt(count), uid: `uid-${count}` })),
  lastScheduleTime: formatTime(minute(Math.max(...counts))),
});

function planned(one: CronJob, children: readonly Job[] = [], failed?: Action): Plan {
  const view = { cronJobs: createLister([one]), jobs: createLister(children, OWNER_INDEXES) };
  return planCronJob(
    view,
    key,
    nowMs,
    failed === undefined ? [] : [{ action: failed, error: new StatusError("Forbidden", "no") }],
  );
}

/** Names of jobs become their minute. */
function shown(plan: Plan): readonly string[] {
  const short = (text: string): string =>
    text.replaceAll(/c-(\d{8})/g, (_all, count) => `c${Number(count) - minute(0) / 60_000}`);
  return plan.stages.flat().map((action) => short(wordOf(action)));
}

function wordOf(action: Action): string {
  switch (action.do) {
    case "event":
      return `${action.type} ${action.reason}: ${action.message}`;
    case "delete":
      return `delete ${action.key.name}`;
    case "create":
      return `create ${action.object.metadata.name}`;
    case "updateStatus": {
      const { status } = Object.assign({ status: {} }, action.object);
      const { active: at = [], lastScheduleTime = "never", lastSuccessfulTime = "" } = status as CronJobStatus;
      const names = at.map(({ name }) => name).join();
      return `status [${names}] ${lastScheduleTime.slice(14, 16)} ${lastSuccessfulTime.slice(14, 19)}`.trim();
    }
    default:
      return action.do;
  }
}

describe("a cron job", () => {
  test.each<[string, CronJob, readonly Job[], readonly string[]]>([
    ["makes the job that is due", cron(), [], ["create c10", "status [] 10"]],
    ["has made it already", cron({}, active(10)), [jobAt(10)], []],
    ["finds the job that it made before it could say so", cron(), [jobAt(10)], ["status [c10] 10"]],
    [
      "sees the end of a job, good or bad",
      cron({}, active(9, 10)),
      [jobAt(9, { end: "Failed" }), jobAt(10, { end: "Complete" })],
      [
        "Normal SawCompletedJob: Saw completed job: c9, condition: Failed",
        "Normal SawCompletedJob: Saw completed job: c10, condition: Complete",
        "status [] 10 10:05",
      ],
    ],
    [
      "misses a job that went",
      cron({}, active(10)),
      [],
      ["Normal MissingJob: Active job went missing: c10", "status [] 10"],
    ],
    [
      "wonders about a job that it did not make",
      cron({}, { lastScheduleTime: formatTime(minute(10)) }),
      [jobAt(10, { annotated: false })],
      ["Warning UnexpectedJob: Saw a job that the controller did not create or forgot: c10"],
    ],
    [
      "does not begin while another job is at work, if it may not",
      cron({ concurrencyPolicy: "Forbid" }, active(9)),
      [jobAt(9)],
      ["Normal JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid"],
    ],
    [
      "takes the place of the one at work",
      cron({ concurrencyPolicy: "Replace" }, active(9)),
      [jobAt(9)],
      ["delete c9", "create c10", "status [] 10"],
    ],
    ["is too late", cron({ startingDeadlineSeconds: 20 }), [], []],
    ["rests", cron({ suspend: true }), [], []],
    [
      "makes nothing any more when it goes itself",
      { ...cron(), metadata: { ...cron().metadata, deletionTimestamp: formatTime(nowMs) } },
      [],
      [],
    ],
    ["does not take a job of that name that is another's", cron(), [jobAt(10, { owner: "other" })], []],
    [
      "keeps as many as it should",
      cron(
        { successfulJobsHistoryLimit: 1, failedJobsHistoryLimit: 0 },
        { lastScheduleTime: formatTime(minute(10)), lastSuccessfulTime: "2026-01-01T00:09:05Z" },
      ),
      [jobAt(7, { end: "Complete" }), jobAt(8, { end: "Failed" }), jobAt(9, { end: "Complete" })],
      ["delete c7", "delete c8"],
    ],
    [
      "has slept through many times",
      cron({}, { lastScheduleTime: "2025-12-31T00:00:00Z" }),
      [],
      [
        "Warning TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
        "create c10",
        "status [] 10",
      ],
    ],
    [
      "never comes",
      cron({ schedule: "0 0 31 2 *" }),
      [],
      [
        "Warning InvalidSchedule: invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second",
      ],
    ],
    [
      "has a zone within its schedule",
      cron({ schedule: "TZ=UTC * * * * *" }, active(10)),
      [jobAt(10)],
      [
        'Warning UnsupportedSchedule: CRON_TZ or TZ used in schedule "TZ=UTC * * * * *" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
      ],
    ],
    [
      "rests in a zone that is none",
      cron({ suspend: true, timeZone: "Middle/Earth" }),
      [],
      ['Warning UnknownTimeZone: invalid timeZone: "Middle/Earth": unknown time zone Middle/Earth'],
    ],
    [
      "is in a zone that is none",
      cron({ timeZone: "Middle/Earth" }),
      [],
      ['Warning UnknownTimeZone: invalid timeZone: "Middle/Earth": unknown time zone Middle/Earth'],
    ],
  ])("%s", (_name, one, children, expected) => {
    expect(shown(planned(one, children))).toEqual(expected);
  });

  test("a schedule that was stored before it was known to be none is told, and nothing else suffers", () => {
    const [told] = shown(planned(cron({ schedule: "every day" })));
    expect(told).toMatch(/^Warning UnparseableSchedule: unparseable schedule: "every day" : /);
  });

  test("a refused job is told; the annotation says the time by the clock of the zone", () => {
    const create = planned(cron({ timeZone: "Asia/Tokyo" }))
      .stages.flat()
      .find((action) => action.do === "create");
    if (create?.do !== "create") throw new Error("no job");
    expect(create.object.metadata.annotations).toEqual({
      "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T09:10:00+09:00",
    });
    expect(shown(planned(cron(), [], create))[0]).toBe("Warning FailedCreate: Error creating job: no");
  });

  test("it looks again at the next time", () => {
    expect(planned(cron({}, active(10)), [jobAt(10)]).requeueAfterMs).toBe(30_000);
  });
});

describe("a job with a time to live", () => {
  const finished = (more: Partial<Job["spec"]>, endedAgo = 10): Job => {
    const one = jobAt(9);
    const lastTransitionTime = formatTime(nowMs - endedAgo * 1000);
    const conditions = [{ type: "Complete", status: "True" as const, lastTransitionTime }];
    return { ...one, spec: { ...one.spec, ...more }, status: { conditions } };
  };
  const plan = (one: Job) => planTtl({ jobs: createLister([one]) }, one.metadata, nowMs);
  test.each<[string, Job, Plan]>([
    ["has none", finished({}), { stages: [] }],
    ["is at work", { ...finished({ ttlSecondsAfterFinished: 0 }), status: {} }, { stages: [] }],
    ["has some left", finished({ ttlSecondsAfterFinished: 30 }), { stages: [], requeueAfterMs: 20_000 }],
    [
      "goes, with what it owns first",
      finished({ ttlSecondsAfterFinished: 10 }),
      {
        stages: [
          [
            {
              do: "delete",
              resource: jobs,
              key: { namespace: "n", name: nameAt(9) },
              uid: "uid-9",
              options: { propagationPolicy: "Foreground", preconditions: { uid: "uid-9", resourceVersion: undefined } },
            },
          ],
        ],
      },
    ],
  ])("%s", (_name, one, expected) => {
    expect(plan(one)).toEqual(expected);
  });
  test("a clock that was set back lets it live for longer, not forever", () => {
    expect(plan(finished({ ttlSecondsAfterFinished: 30 }, -3600)).requeueAfterMs).toBe(3_630_000);
    expect(isRecord(plan(finished({ ttlSecondsAfterFinished: 30 }, 31)).stages[0]?.[0])).toBe(true);
  });
});
