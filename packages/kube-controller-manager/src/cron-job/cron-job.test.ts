// Cron jobs and the deletion of finished jobs on the real API server with virtual time; schedules by their times.
import { type CronJob, type CronJobSpec, cronJobs, type Job, jobs } from "@skates/api/batch/v1";
import { events, type Pod, pods } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "../testing/world.ts";
import { missedStarts, parseSchedule } from "./schedule.ts";
import { formatTimeIn } from "./zoned-time.ts";

describe("schedules", () => {
  const at = (text: string) => Date.parse(text);
  test.each([
    ["*/15 * * * *", undefined, "2026-11-20T11:01:30Z", "2026-11-20T11:15:00.000Z"],
    ["5/20 * ? * *", undefined, "2026-11-20T11:26:00Z", "2026-11-20T11:45:00.000Z"],
    ["@hourly", undefined, "2026-11-20T11:00:00Z", "2026-11-20T12:00:00.000Z"],
    ["0 9 * * MON-FRI", "Europe/Berlin", "2026-11-20T11:00:00Z", "2026-11-23T08:00:00.000Z"],
    ["0 0 13 * FRI", undefined, "2026-11-14T00:00:00Z", "2026-11-20T00:00:00.000Z"],
    ["@every 1h30m", undefined, "2026-11-20T11:00:00Z", "2026-11-20T12:30:00.000Z"],
    ["0 0 31 2 *", undefined, "2026-11-20T11:00:00Z", undefined],
    ["TZ=Europe/Berlin 0 9 * * *", undefined, "2026-11-20T11:00:00Z", "2026-11-21T08:00:00.000Z"],
    // Neither day of the month nor of the week is any: either will do.
    ["0 0 */10 * FRI", undefined, "2026-11-06T00:00:00Z", "2026-11-11T00:00:00.000Z"],
  ])("%s in %s after %s comes at %s", (text, zone, after, expected) => {
    const next = parseSchedule(text, zone).next(at(after));
    expect(next === undefined ? undefined : new Date(next).toISOString()).toBe(expected);
  });

  test.each([
    ["a time that spring leaves out", "30 2 * * *", "2026-03-28T00:00:00Z", ["28T01:30", "30T00:30"]],
    [
      "a time that autumn shows twice",
      "15,45 2 * * *",
      "2026-10-25T00:00:00Z",
      ["25T00:15", "25T00:45", "25T01:15", "25T01:45", "26T01:15"],
    ],
    ["each hour in spring", "0 * * * *", "2026-03-29T00:00:00Z", ["29T01:00", "29T02:00"]],
    [
      "each half hour in autumn",
      "*/30 * * * *",
      "2026-10-25T00:00:00Z",
      ["25T00:30", "25T01:00", "25T01:30", "25T02:00"],
    ],
    ["the hour after in spring", "0 3 * * *", "2026-03-28T12:00:00Z", ["29T01:00", "30T01:00"]],
  ])("%s in Berlin", (_name, text, after, expected) => {
    const schedule = parseSchedule(text, "Europe/Berlin");
    const found: string[] = [];
    for (let ms: number | undefined = at(after); found.length < expected.length; ) {
      ms = schedule.next(ms ?? Number.NaN);
      if (ms === undefined) break;
      found.push(new Date(ms).toISOString().slice(8, 16));
    }
    expect(found).toEqual(expected);
  });

  test("a clock that is set by half an hour", () => {
    const schedule = parseSchedule("45 1 * * *", "Australia/Lord_Howe");
    const first = schedule.next(at("2026-04-04T12:00:00Z")) ?? 0;
    const second = schedule.next(first) ?? 0;
    expect([first, second].map((ms) => new Date(ms).toISOString())).toEqual([
      "2026-04-04T14:45:00.000Z",
      "2026-04-04T15:15:00.000Z",
    ]);
  });

  test.each([
    ["Europe/Berlin", "2026-11-23T09:00:00+01:00"],
    ["UTC", "2026-11-23T08:00:00Z"],
    ["America/St_Johns", "2026-11-23T04:30:00-03:30"],
    ["Europe/London", "2026-11-23T08:00:00Z"],
  ])("a time in %s", (zone, expected) => {
    expect(formatTimeIn(at("2026-11-23T08:00:00Z"), zone)).toBe(expected);
  });

  test("of many missed times only the latest counts", () => {
    const schedule = parseSchedule("* * * * *");
    const missed = (since: string, now: string) => missedStarts(schedule, at(since), at(now));
    expect(missed("2026-11-20T11:00:00Z", "2026-11-20T11:00:30Z").latestMs).toBeUndefined();
    expect(missed("2026-11-20T11:00:00Z", "2026-11-20T11:01:30Z")).toEqual({
      latestMs: at("2026-11-20T11:01:00Z"),
      many: false,
      possible: true,
    });
    expect(missed("2025-11-20T11:00:00Z", "2026-11-20T11:05:30Z")).toEqual({
      latestMs: at("2026-11-20T11:05:00Z"),
      many: true,
      possible: true,
    });
  });

  test("steps of different length are counted well", () => {
    const monthly = parseSchedule("@monthly");
    const { latestMs } = missedStarts(monthly, at("2026-01-15T00:00:00Z"), at("2026-11-20T00:00:00Z"));
    expect(latestMs).toBe(at("2026-11-01T00:00:00Z"));
  });
});

let world: World;
let busy: boolean;
beforeEach(async () => {
  world = await startWorld();
  busy = false;
  world.kubelet = (pod) => {
    if (pod.metadata.deletionTimestamp !== undefined)
      return (pod.metadata.finalizers ?? []).length > 0 ? undefined : "gone";
    return busy || pod.status?.phase === "Succeeded" ? undefined : succeeded(pod);
  };
});
afterEach(() => world.stop());

function succeeded(pod: Pod): Pod {
  return { ...pod, status: { ...pod.status, phase: "Succeeded" } };
}
const key = { namespace: "default", name: "tick" };
function cron(spec: Partial<CronJobSpec> = {}): CronJob {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } as const;
  const jobTemplate = {
    metadata: { name: "", labels: { app: "tick" }, annotations: { note: "n" } },
    spec: { template },
  };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { ...key },
    spec: { schedule: "* * * * *", jobTemplate, ...spec },
  };
}
const names = async () => (await world.list(jobs, "default")).map(({ metadata }) => metadata.name);
const status = async () => (await world.get(cronJobs, key)).status;
const reasons = async () => [...new Set((await world.list(events, "default")).map(({ reason }) => reason))];
const minuteName = (ms: number) => `tick-${Math.floor(ms / 60_000)}`;

test("a job is made each minute, named by it, and the last ones are kept", async () => {
  await world.create(cronJobs, cron({ successfulJobsHistoryLimit: 2 }));
  await world.pass(61);
  const [first] = await world.list(jobs, "default");
  const dueMs = Math.floor(world.clock.nowMs() / 60_000) * 60_000;
  expect(first?.metadata).toMatchObject({
    name: minuteName(dueMs),
    labels: { app: "tick" },
    annotations: { note: "n", "batch.kubernetes.io/cronjob-scheduled-timestamp": formatTime(dueMs) },
    ownerReferences: [{ kind: "CronJob", name: "tick", controller: true }],
  });
  await world.pass(240);
  expect(await names()).toHaveLength(2);
  const end = await status();
  expect(end?.lastScheduleTime).toBe(formatTime(Math.floor(world.clock.nowMs() / 60_000) * 60_000));
  expect(end?.lastSuccessfulTime).toBeDefined();
  expect(end?.active).toBeUndefined();
  expect(await reasons()).toEqual(expect.arrayContaining(["SuccessfulCreate", "SawCompletedJob", "SuccessfulDelete"]));
  expect(await reasons()).not.toContain("UnexpectedJob");
  expect(await reasons()).not.toContain("MissingJob");
});

test.each([
  ["Allow", 3],
  ["Forbid", 1],
  ["Replace", 1],
] as const)("with %s there are %i jobs at work after three minutes", async (concurrencyPolicy, count) => {
  busy = true;
  await world.create(cronJobs, cron({ concurrencyPolicy }));
  await world.pass(62);
  const [first] = await names();
  await world.pass(120);
  expect(await names()).toHaveLength(count);
  expect((await status())?.active).toHaveLength(count);
  expect((await names()).includes(first ?? "")).toBe(concurrencyPolicy !== "Replace");
  if (concurrencyPolicy === "Forbid") expect(await reasons()).toContain("JobAlreadyActive");
});

test("a held cron job makes nothing, and after it only what is not too late", async () => {
  await world.create(cronJobs, cron({ suspend: true, startingDeadlineSeconds: 10 }));
  await world.pass(200);
  expect(await names()).toEqual([]);
  const toGo = 60 - (Math.floor(world.clock.nowMs() / 1000) % 60);
  await world.pass(toGo > 40 ? toGo - 15 : 25);
  await world.edit(cronJobs, key, (one) => ({ ...one, spec: { ...one.spec, suspend: false } }));
  await world.pass(2);
  const before = (await names()).length;
  await world.pass(60);
  expect((await names()).length).toBe(before + 1);
});

test("a job made by hand is seen, and one that vanishes is missed", async () => {
  busy = true;
  const made = await world.create(cronJobs, cron({ schedule: "@yearly" }));
  const { apiVersion, kind, metadata } = made;
  const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true };
  const manual: Job = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "manual", namespace: "default", ownerReferences: [owner] },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } },
  };
  await world.create(jobs, manual);
  await world.pass(2);
  expect(await reasons()).toContain("UnexpectedJob");
  await world.edit(cronJobs, key, (one) => ({ ...one, spec: { ...one.spec, schedule: "* * * * *" } }));
  await world.pass(62);
  const own = (await names()).find((name) => name !== "manual") ?? "";
  await world.client
    .resource(jobs)
    .delete({ namespace: "default", name: own }, { propagationPolicy: "Background" }, world.signal);
  await world.pass(3);
  expect(await reasons()).toContain("MissingJob");
});

test("31 February is told", async () => {
  await world.create(cronJobs, cron({ schedule: "0 0 31 2 *" }));
  await world.pass(3);
  expect(await reasons()).toEqual(["InvalidSchedule"]);
});

test("a finished job is deleted with its pods when its time is over", async () => {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } as const;
  const metadata = { namespace: "default", name: "brief" };
  await world.create(jobs, {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata,
    spec: { template, ttlSecondsAfterFinished: 30 },
  });
  await world.pass(20);
  expect(await names()).toEqual(["brief"]);
  await world.pass(20);
  expect(await names()).toEqual([]);
  expect(await world.list(pods, "default")).toEqual([]);
});
