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
      'spec.successPolicy.rules[0].succeededIndexes: Invalid value: "0-5": error parsing succeededIndexes: too large index: "0-5"',
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
