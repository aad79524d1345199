// Jobs and cron jobs: defaults, findings, own selectors, schedules, tables.
import { describe, expect, test } from "vitest";
import { createFindings, madeObject, rowOf, testRequest, updateFindings } from "../../testing.ts";
import { cronScheduleProblem } from "./cron-schedule.ts";
import { cronJobs } from "./cron-job.ts";
import { jobs } from "./job.ts";

const template = { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "x" }] } };
const job = (spec: object = {}, more: object = {}): object => ({ spec: { template, ...spec }, ...more });

const HELD = [{ type: "Suspended", status: "True" }];

describe("jobs", () => {
  test("defaults", () => {
    expect(madeObject(jobs, job()).spec).toMatchObject({
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: "NonIndexed",
      suspend: false,
      podReplacementPolicy: "TerminatingOrFailed",
    });
    expect(madeObject(jobs, job({ parallelism: 3 })).spec.completions).toBeUndefined();
  });

  test("mark their pods by uid", () => {
    const made = madeObject(jobs, job({}, { metadata: { name: "x", namespace: "default", uid: "u-1" } }));
    const created = jobs.strategy.prepare?.(made, undefined, testRequest("create"));
    expect(created?.spec.selector).toEqual({ matchLabels: { "batch.kubernetes.io/controller-uid": "u-1" } });
    expect(created?.spec.template.metadata?.labels).toMatchObject({
      "job-name": "x",
      "batch.kubernetes.io/controller-uid": "u-1",
    });
  });

  test("need pods that end", () => {
    const forever = { spec: { containers: [{ name: "a", image: "x" }] } };
    expect(createFindings(jobs, job({ template: forever }))).toContain(
      'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
    );
  });

  test.each<[object, string]>([
    [
      { maxFailedIndexes: 1, completionMode: "Indexed", completions: 2 },
      "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified",
    ],
    [
      { podFailurePolicy: { rules: [{ action: "FailIndex", onExitCodes: { operator: "In", values: [1] } }] } },
      'spec.podFailurePolicy.rules[0].action: Invalid value: "FailIndex": requires the backoffLimitPerIndex to be set',
    ],
    [
      {
        podFailurePolicy: {
          rules: [{ action: "Count", onExitCodes: { containerName: "z", operator: "In", values: [1] } }],
        },
      },
      'spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: "z": must be one of the container or initContainer names in the pod template',
    ],
    [
      { completionMode: "Indexed", completions: 2, successPolicy: { rules: [{ succeededIndexes: "0-5" }] } },
      'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-5": error parsing succeededIndexes: too large index: "5"',
    ],
    [
      {
        completionMode: "Indexed",
        completions: 3,
        successPolicy: { rules: [{ succeededIndexes: "0,2", succeededCount: 3 }] },
      },
      "spec.successPolicy.rules[0].succeededCount: Invalid value: 3: must be less than or equal to 2 (the number of indexes in the specified succeededIndexes field)",
    ],
    [
      { completionMode: "Indexed", completions: 3, successPolicy: { rules: [{}] } },
      "spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified",
    ],
  ])("with %j are refused", (spec, finding) => {
    expect(createFindings(jobs, job(spec))).toContain(finding);
  });

  test("have a selector of their own unless they bring one that fits", () => {
    const own = job({ manualSelector: true, selector: { matchLabels: { a: "b" } } });
    expect(createFindings(jobs, own)).toEqual([
      "spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`",
    ]);
  });

  test("keep their template once begun", () => {
    const other = { spec: { ...template.spec, nodeSelector: { a: "b" } } };
    const running = job();
    expect(updateFindings(jobs, { from: running, to: job({ template: other }) })).toHaveLength(1);
    expect(updateFindings(jobs, { from: job({ suspend: true }), to: job({ suspend: true, template: other }) })).toEqual(
      [],
    );
  });

  test.each([
    ["not begun", {}, []],
    ["held, its pods gone", { startTime: "2026-11-20T11:00:00Z", conditions: HELD }, []],
    ["held, a pod still at work", { conditions: HELD, active: 1 }, ["spec.template"]],
    ["not held yet", { startTime: "2026-11-20T11:00:00Z" }, ["spec.template"]],
  ])("that rest may get other resources and places: %s", (_name, status, refused) => {
    const [container] = template.spec.containers;
    const bigger = { ...container, resources: { requests: { cpu: "2" } } };
    const other = { spec: { ...template.spec, nodeSelector: { a: "b" }, containers: [bigger] } };
    const from = job({ suspend: true }, { status });
    const fieldOf = (finding: string): string => finding.split(":")[0] ?? "";
    const to = (changed: object): object => job({ suspend: true, template: changed }, { status });
    expect(updateFindings(jobs, { from, to: to(other) }).map(fieldOf)).toEqual(refused);
    const image = { spec: { ...template.spec, containers: [{ ...bigger, image: "other" }] } };
    expect(updateFindings(jobs, { from, to: to(image) }).map(fieldOf)).toEqual(["spec.template"]);
    const more = { spec: { ...template.spec, containers: [container, { ...container, name: "d" }] } };
    expect(updateFindings(jobs, { from, to: to(more) }).map(fieldOf)).toEqual(["spec.template"]);
  });

  test("that are indexed leave room for the index in the names of hosts", () => {
    const named = (length: number, completions: number): readonly string[] =>
      createFindings(jobs, {
        ...job({ completionMode: "Indexed", completions, parallelism: 1 }),
        metadata: { name: "j".repeat(length), namespace: "default" },
      }).filter((finding) => finding.startsWith("metadata.name"));
    const name = "j".repeat(62);
    expect([named(61, 10), named(62, 10), named(60, 100), named(62, 0)]).toEqual([
      [],
      [`metadata.name: Invalid value: "${name}": will not able to create pod with invalid DNS label: ${name}-9`],
      [],
      [],
    ]);
  });

  test("that are indexed grow and shrink only with their parallelism", () => {
    const indexed = (completions: number, parallelism: number): object =>
      job({ completionMode: "Indexed", completions, parallelism });
    const change = (to: object): readonly string[] => updateFindings(jobs, { from: indexed(2, 2), to });
    expect([change(indexed(3, 3)), change(indexed(3, 2))]).toEqual([
      [],
      ["spec.completions: Invalid value: 3: can only be modified in tandem with spec.parallelism"],
    ]);
  });

  test.each<[object, string]>([
    [{}, "Running"],
    [{ conditions: [{ type: "Complete", status: "True" }] }, "Complete"],
    [{ conditions: [{ type: "Suspended", status: "True" }] }, "Suspended"],
  ])("with the status %j are %s", (status, text) => {
    expect(rowOf(jobs, job({}, { status }))["Status"]).toBe(text);
  });

  test("say how long they took", () => {
    const status = { succeeded: 1, startTime: "2026-11-20T11:00:00Z", completionTime: "2026-11-20T11:00:07Z" };
    expect(rowOf(jobs, job({}, { status }))).toMatchObject({ Completions: "1/1", Duration: "7s" });
  });
});

describe("cron jobs", () => {
  const cron = (schedule: string, more: object = {}): object => ({
    spec: { schedule, jobTemplate: { spec: { template } }, ...more },
  });

  test.each(["* * * * *", "*/5 0-4,8 1 JAN-MAR mon", "@hourly", "@every 1h30m", "0 0 ? * 6"])(
    "'%s' is a schedule",
    (text) => {
      expect(cronScheduleProblem(text)).toBeUndefined();
    },
  );

  test.each([
    ["x", "expected exactly 5 fields, found 1: [x]"],
    ["60 * * * *", "end of range (60) above maximum (59): 60"],
    ["* * * * 7", "end of range (7) above maximum (6): 7"],
    ["5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"],
    ["*/0 * * * *", "step of range should be a positive number: */0"],
    ["@often", "unrecognized descriptor: @often"],
  ])("'%s' is none", (text, problem) => {
    expect(createFindings(cronJobs, cron(text))).toEqual([`spec.schedule: Invalid value: "${text}": ${problem}`]);
  });

  test("zones are known by name", () => {
    expect(createFindings(cronJobs, cron("@daily", { timeZone: "Europe/Berlin" }))).toEqual([]);
    expect(createFindings(cronJobs, cron("@daily", { timeZone: "Moon/Base" }))).toEqual([
      'spec.timeZone: Invalid value: "Moon/Base": unknown time zone Moon/Base',
    ]);
  });

  test("names leave room for those of jobs", () => {
    const name = "x".repeat(53);
    expect(createFindings(cronJobs, { ...cron("@daily"), metadata: { name } })).toEqual([
      `metadata.name: Invalid value: "${name}": must be no more than 52 characters`,
    ]);
  });
});

describe("the status of a job, whoever runs it", () => {
  const at = (minutes: number): string => `2026-11-20T11:${String(minutes).padStart(2, "0")}:00Z`;
  const has = (...types: readonly string[]): object => ({
    conditions: types.map((type) => ({ type, status: "True" })),
  });
  const update = (from: object, to: object, spec: object = {}): readonly string[] =>
    updateFindings(jobs, { from: job(spec, { status: from }), to: job(spec, { status: to }), subresource: "status" });
  const done = { startTime: at(1), completionTime: at(2), succeeded: 1, ...has("SuccessCriteriaMet", "Complete") };

  test("what ends well ends whole", () => {
    expect(update({ startTime: at(1), active: 1 }, done)).toEqual([]);
    expect(update({ startTime: at(1), active: 1 }, { active: 1, ...has("Complete", "Failed") })).toEqual([
      "status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions",
      "status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition",
      "status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
      "status.completionTime: Required value: completionTime is required for Complete jobs",
      "status.startTime: Invalid value: null: field is immutable for unsuspended job once set",
      "status.active: Invalid value: 1: active>0 is invalid for finished job",
      "status.startTime: Required value: startTime is required for finished job",
    ]);
  });

  test("what has ended does not begin again, and counts only grow", () => {
    expect(update(done, { startTime: at(1) })).toEqual([
      "status.conditions: Invalid value: cannot disable the terminal Complete=True condition",
      "status.conditions: Invalid value: cannot disable the SuccessCriteriaMet=True condition",
      "status.succeeded: Invalid value: 0: cannot decrease the succeeded counter",
    ]);
    expect(update({ failed: 2 }, { failed: 1, ready: 1 })).toEqual([
      "status.failed: Invalid value: 1: cannot decrease the failed counter",
      "status.ready: Invalid value: 1: cannot set more ready pods than active",
    ]);
  });

  test("indexes are those that there are, each failed or complete", () => {
    const indexed = { completionMode: "Indexed", completions: 4, backoffLimitPerIndex: 1 };
    expect(update({}, { completedIndexes: "0-1", failedIndexes: "2" }, indexed)).toEqual([]);
    expect(update({}, { completedIndexes: "0-2", failedIndexes: "2,3" }, indexed)).toEqual([
      'status.failedIndexes: Invalid value: "2,3": failedIndexes and completedIndexes overlap at index: 2',
    ]);
    expect(update({}, { completedIndexes: "0,2", failedIndexes: "1,3" }, indexed)).toEqual([]);
    expect(update({}, { completedIndexes: "0,3", failedIndexes: "1-3" }, indexed)).toEqual([
      'status.failedIndexes: Invalid value: "1-3": failedIndexes and completedIndexes overlap at index: 3',
    ]);
    expect(update({}, { completedIndexes: "0-1-2" }, indexed)).toEqual([
      'status.completedIndexes: Invalid value: "0-1-2": error parsing completedIndexes: the fragment "0-1-2" violates the requirement that an index interval can have at most two parts separated by \'-\'',
    ]);
    expect(update({}, { completedIndexes: "9", failedIndexes: "1" })).toEqual([
      'status.completedIndexes: Invalid value: "9": error parsing completedIndexes: too large index: "9"',
      'status.completedIndexes: Invalid value: "9": cannot set non-empty completedIndexes when non-indexed completion mode',
      'status.failedIndexes: Invalid value: "1": cannot set non-null failedIndexes when backoffLimitPerIndex is null',
    ]);
  });

  test("what was wrong before does not stop the rest", () => {
    const wrong = { active: 1, ...has("Complete") };
    expect(update(wrong, { ...wrong, failed: 1 })).toEqual([]);
  });
});

test("very many indexes need tighter bounds", () => {
  const spec = { completionMode: "Indexed", completions: 100_001, backoffLimitPerIndex: 1, parallelism: 10_001 };
  const when =
    "must be less than or equal to 10000 when completions are above 100000 and used with backoff limit per index";
  expect(createFindings(jobs, job(spec)).filter((finding) => !finding.includes("selector"))).toEqual([
    "spec.maxFailedIndexes: Required value: must be specified when completions is above 100000",
    `spec.parallelism: Invalid value: 10001: ${when}`,
  ]);
});
