// Plans of jobs from what is there, as pairs of input and output: which pods are made, deleted and let go, what the status says, what is told.
import { formatTime, isRecord, StatusError } from "@skates/apimachinery";
import { type Job, type JobSpec, type JobStatus, jobs } from "@skates/api/batch/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { type Action, type ActionFailure, createLister, OWNER_INDEXES, type Plan } from "@skates/controller-runtime";
import { describe, expect, test } from "vitest";
import { backoffLeftMs, createEndings } from "./backoff.ts";
import { jobController } from "./controller.ts";
import { newJobPod, TRACKING_FINALIZER } from "./job-pod.ts";
import { planJob } from "./plan.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const key = { namespace: "n", name: "j" };
const ago = (seconds: number): string => formatTime(nowMs - seconds * 1000);

function job(spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { ...key, uid: "j", generation: 1 },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      selector: { matchLabels: { job: "j" } },
      template: { metadata: { name: "", labels: { job: "j" } }, spec: { restartPolicy: "Never", containers: [] } },
      ...spec,
    },
    status: { startTime: ago(60), ready: 0, terminating: 0, uncountedTerminatedPods: {}, ...status },
  };
}

interface Written {
  readonly index?: number;
  readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed";
  readonly exitCode?: number;
  readonly endedAgo?: number;
  readonly deleted?: boolean;
  readonly counted?: boolean;
  readonly failures?: number;
  readonly condition?: string;
  readonly owner?: string | undefined;
  readonly restarts?: number;
}

function pod(name: string, written: Written = {}): Pod {
  const { index, phase = "Running", endedAgo = 1, deleted, counted, failures, condition, restarts = 0 } = written;
  const exitCode = written.exitCode ?? (phase === "Failed" ? 1 : 0);
  const terminated = { exitCode, finishedAt: ago(endedAgo) };
  const ended = phase === "Succeeded" || phase === "Failed";
  const owner = "owner" in written ? written.owner : "j";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...key,
      name,
      uid: `uid-${name}`,
      labels: { job: "j" },
      creationTimestamp: ago(100),
      annotations: {
        ...(index === undefined ? {} : { "batch.kubernetes.io/job-completion-index": String(index) }),
        ...(failures === undefined ? {} : { "batch.kubernetes.io/job-index-failure-count": String(failures) }),
      },
      finalizers: counted === true ? [] : [TRACKING_FINALIZER],
      ...(deleted === true ? { deletionTimestamp: ago(1), deletionGracePeriodSeconds: 0 } : {}),
      ownerReferences:
        owner === undefined ? [] : [{ apiVersion: "batch/v1", kind: "Job", name: "j", uid: owner, controller: true }],
    },
    spec: { containers: [] },
    status: {
      phase,
      ...(condition === undefined ? {} : { conditions: [{ type: condition, status: "True" }] }),
      containerStatuses: [
        { name: "c", image: "", imageID: "", ready: false, restartCount: restarts, state: ended ? { terminated } : {} },
      ],
    },
  };
}

function planned(one: Job | undefined, own: readonly Pod[] = [], failures: readonly ActionFailure[] = []): Plan {
  const indexes = jobController.watches.find(({ resource }) => resource === pods)?.indexes;
  const view = {
    jobs: createLister(one === undefined ? [] : [one]),
    pods: createLister(own, { ...OWNER_INDEXES, ...indexes }),
  };
  return planJob({ ...view, endings: createEndings() }, key, nowMs, failures);
}

/** A plan in few words: one for each action, and what differs from the status before. */
function shown(one: Job | undefined, own: readonly Pod[] = [], failures: readonly ActionFailure[] = []) {
  const plan = planned(one, own, failures);
  const actions = plan.stages.map((stage) => stage.map((action) => wordOf(action, one)).join(", "));
  return { actions, wait: plan.requeueAfterMs };
}

function wordOf(action: Action, before: Job | undefined): string {
  switch (action.do) {
    case "event":
      return `${action.type} ${action.reason}: ${action.message}`;
    case "patch": {
      const text = JSON.stringify(action.patch.body);
      const what = text.includes("$deleteFromPrimitiveList") ? "free" : "adopt";
      return `${text.includes("$patch") ? "release" : what} ${action.key.name}`;
    }
    case "delete":
      return `delete ${action.key.name}`;
    case "create": {
      const index = action.object.metadata.annotations?.["batch.kubernetes.io/job-completion-index"];
      const failures = action.object.metadata.annotations?.["batch.kubernetes.io/job-index-failure-count"];
      return `create${index === undefined ? "" : ` ${index}`}${failures === undefined ? "" : ` after ${failures}`}`;
    }
    default:
      return statusWord(action.object, before);
  }
}

const FIRST = ["startTime", "active", "terminating"];

function statusWord(object: unknown, before: Job | undefined): string {
  const status = isRecord(object) && isRecord(object["status"]) ? object["status"] : {};
  const old: Readonly<Record<string, unknown>> = { ...before?.status };
  const { conditions, uncountedTerminatedPods: uncounted, ...rest } = status;
  const changed = Object.entries(rest).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name]));
  const place = ([name]: readonly [string, unknown]): number => FIRST.indexOf(name) + 1 || FIRST.length + 1;
  const words = changed
    .toSorted((a, b) => place(a) - place(b))
    .map(([name, value]) => `${name}=${value === formatTime(nowMs) ? "now" : String(value)}`);
  const lists = isRecord(uncounted) ? Object.entries(uncounted).map(([name, uids]) => `${name}+${String(uids)}`) : [];
  const types = Array.isArray(conditions)
    ? conditions.map(({ type, status: is, reason }) => `${type} ${is} ${reason}`)
    : [];
  return `status ${[...words, ...lists, ...types].join(" ")}`.trim();
}

const onExitCodes = { operator: "In", values: [42] } as const;
const created = (own: readonly Pod[], spec: Partial<JobSpec>) => shown(job(spec), own).actions;

describe("a job without indexes", () => {
  test.each<[string, Partial<JobSpec>, JobStatus, readonly Pod[], readonly string[]]>([
    ["begins", {}, { startTime: undefined }, [], ["create", "status startTime=now active=1"]],
    ["is settled", {}, { active: 1 }, [pod("a")], []],
    [
      "notes a success, and only then lets it go",
      {},
      { active: 1 },
      [pod("a", { phase: "Succeeded" })],
      ["status active=undefined succeeded+uid-a SuccessCriteriaMet True CompletionsReached", "free a"],
    ],
    [
      "counts what has been let go",
      {},
      { uncountedTerminatedPods: { succeeded: ["uid-a"] }, conditions: [met()] },
      [pod("a", { phase: "Succeeded", counted: true })],
      [
        "status succeeded=1 completionTime=now SuccessCriteriaMet True CompletionsReached Complete True CompletionsReached",
        "Normal Completed: Job completed",
      ],
    ],
    [
      "counts a pod that has vanished since it was noted",
      {},
      { uncountedTerminatedPods: { failed: ["uid-gone"] } },
      [],
      ["create", "status active=1 failed=1"],
    ],
    [
      "lets a noted pod go that it could not before",
      { completions: 2 },
      { active: 1, uncountedTerminatedPods: { succeeded: ["uid-a"] } },
      [pod("a", { phase: "Succeeded" }), pod("b")],
      ["free a"],
    ],
    ["adopts what nobody manages", {}, { active: 1 }, [pod("a", { owner: undefined, counted: true })], ["adopt a"]],
    [
      "frees what belongs to a job of that name before it",
      {},
      { active: 1 },
      [pod("a"), pod("b", { owner: "earlier" })],
      ["free b"],
    ],
    [
      "goes down with its parallelism, without counting failures",
      { completions: 5, parallelism: 1 },
      { active: 2 },
      [pod("a"), pod("b", { phase: "Pending" })],
      ["free b", "delete b", "status active=1 terminating=1"],
    ],
    [
      "makes no more than there is left to do",
      { completions: 3, parallelism: 5 },
      { succeeded: 2 },
      [],
      ["create", "status active=1"],
    ],
    [
      "says when more succeeded than were asked for",
      { completions: 1, parallelism: 1 },
      { succeeded: 2, conditions: [met()] },
      [],
      [
        "status completionTime=now SuccessCriteriaMet True CompletionsReached Complete True CompletionsReached",
        "Warning TooManySucceededPods: Too many succeeded pods running after completion count reached, Normal Completed: Job completed",
      ],
    ],
    [
      "is done at once if nothing is to be done",
      { completions: 0, parallelism: 0 },
      {},
      [],
      ["status SuccessCriteriaMet True CompletionsReached"],
    ],
    [
      "fails by restarts of a container that is started again",
      {
        backoffLimit: 2,
        template: {
          metadata: { name: "", labels: { job: "j" } },
          spec: { restartPolicy: "OnFailure", containers: [] },
        },
      },
      { active: 1 },
      [pod("a", { restarts: 2 })],
      [
        "status active=undefined terminating=1 failed+uid-a FailureTarget True BackoffLimitExceeded",
        "delete a",
        "free a",
      ],
    ],
    ["takes no part for another controller", { managedBy: "example.com/other" }, { startTime: undefined }, [], []],
  ])("%s", (_name, spec, status, own, expected) => {
    expect(shown(job(spec, status), own).actions).toEqual(expected);
  });

  test("waits longer after each failure, and anew after a success", () => {
    const failed = (count: number, endedAgo: number) =>
      Array.from({ length: count }, (_, i) => pod(`f${i}`, { phase: "Failed", counted: true, endedAgo: endedAgo + i }));
    const waits = [
      failed(1, 4),
      failed(1, 10),
      failed(2, 4),
      failed(4, 4),
      failed(6, 4),
      [...failed(3, 4), pod("s", { phase: "Succeeded", counted: true, endedAgo: 2 })],
    ].map((own) => shown(job({ completions: 9, backoffLimit: 99 }, { succeeded: 1 }), own).wait);
    expect(waits).toEqual([6000, undefined, 16_000, 76_000, 316_000, undefined]);
    expect(shown(job({ completions: 9, backoffLimit: 99 }), failed(9, 4)).wait).toBe(596_000);
  });

  test("what could not be made or deleted is told, and the status is not kept waiting for the next try", () => {
    const [action] = planned(job()).stages.flat();
    if (action === undefined) throw new Error("no action");
    const error = new StatusError("Forbidden", "exceeded quota");
    expect(shown(job({}, { active: 2 }), [], [{ action, error }]).actions).toEqual([
      "Warning FailedCreate: Error creating: exceeded quota",
      "status active=1",
      "create",
    ]);
  });

  test("clocks that are ahead, or were set back, make nobody wait for longer", () => {
    const endings = createEndings();
    const ahead = pod("a", { phase: "Failed", endedAgo: -7200 });
    const left = (atMs: number): number => backoffLeftMs(1, endings.endedMs(ahead, atMs), atMs);
    expect([0, 4, 10, 11].map((seconds) => left(nowMs + seconds * 1000))).toEqual([10_000, 6000, 0, 0]);
    expect([-3600, -3595, -3590].map((seconds) => left(nowMs + seconds * 1000))).toEqual([10_000, 5000, 0]);
    const past = pod("b", { phase: "Failed", endedAgo: 4 });
    expect(backoffLeftMs(1, endings.endedMs(past, nowMs), nowMs)).toBe(6000);
  });
});

describe("suspension and deadlines", () => {
  const held = { type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" } as const;
  test.each<[string, Partial<JobSpec>, JobStatus, readonly Pod[], readonly string[]]>([
    [
      "a job that is held forgets when it began",
      { suspend: true },
      { active: 1 },
      [pod("a")],
      [
        "free a",
        "delete a",
        "status startTime=undefined active=undefined terminating=1 Suspended True JobSuspended",
        "Normal Suspended: Job suspended",
      ],
    ],
    [
      "held, nothing happens",
      { suspend: true, activeDeadlineSeconds: 1 },
      { startTime: undefined, conditions: [held] },
      [],
      [],
    ],
    [
      "resumed, it begins anew",
      {},
      { startTime: undefined, conditions: [held] },
      [],
      ["create", "status startTime=now active=1 Suspended False JobResumed", "Normal Resumed: Job resumed"],
    ],
    [
      "its time is over",
      { activeDeadlineSeconds: 60 },
      { active: 1 },
      [pod("a")],
      ["status active=undefined terminating=1 failed+uid-a FailureTarget True DeadlineExceeded", "delete a", "free a"],
    ],
  ])("%s", (_name, spec, status, own, expected) => {
    expect(shown(job(spec, status), own).actions).toEqual(expected);
  });

  test("it looks again when the time is over", () => {
    expect(shown(job({ activeDeadlineSeconds: 90 }, { active: 1 }), [pod("a")]).wait).toBe(30_000);
  });

  test("a failure is final only when nothing is at work and all is counted", () => {
    const target = { type: "FailureTarget", status: "True", reason: "DeadlineExceeded", message: "m" } as const;
    const status = { failed: 1, conditions: [target] };
    expect(shown(job({}, { ...status, terminating: 1 }), [pod("a", { deleted: true, counted: true })]).actions).toEqual(
      [],
    );
    expect(shown(job({}, status), []).actions).toEqual([
      "status FailureTarget True DeadlineExceeded Failed True DeadlineExceeded",
      "Warning DeadlineExceeded: m",
    ]);
  });
});

describe("an indexed job", () => {
  const indexed = { completionMode: "Indexed", completions: 3, parallelism: 2 } as const;
  const limited = { ...indexed, backoffLimitPerIndex: 1, backoffLimit: 2_147_483_647 } as const;
  test.each<[string, Partial<JobSpec>, JobStatus, readonly Pod[], readonly string[]]>([
    ["begins with the first indexes", indexed, {}, [], ["create 0, create 1", "status active=2"]],
    [
      "knows successes by their index",
      indexed,
      { active: 2 },
      [pod("a", { index: 0, phase: "Succeeded" }), pod("b", { index: 1 })],
      ["create 2", "status succeeded=1 completedIndexes=0", "free a"],
    ],
    [
      "does not count an index twice",
      indexed,
      { active: 1, succeeded: 1, completedIndexes: "0" },
      [pod("a", { index: 0, phase: "Succeeded" }), pod("b", { index: 1 }), pod("c", { index: 2 })],
      ["status active=2", "free a"],
    ],
    [
      "keeps one pod of an index, and none of an index that it does not have",
      indexed,
      { active: 3 },
      [pod("a", { index: 0 }), pod("b", { index: 0, phase: "Pending" }), pod("c", { index: 7 })],
      ["free c, free b", "delete c, delete b", "status active=1 terminating=2"],
    ],
    [
      "keeps a failed pod until its index has a new one",
      limited,
      { active: 2, failedIndexes: "" },
      [pod("a", { index: 0, phase: "Failed", failures: 0, endedAgo: 99 }), pod("b", { index: 1 })],
      ["create 0 after 1"],
    ],
    [
      "gives up an index whose tries are used up",
      limited,
      { active: 2, failedIndexes: "" },
      [pod("a", { index: 0, phase: "Failed", failures: 1 }), pod("b", { index: 1 })],
      ["create 2 after 0", "status failedIndexes=0 failed+uid-a", "free a"],
    ],
    [
      "fails when too many indexes have",
      { ...limited, maxFailedIndexes: 0 },
      { active: 2, failedIndexes: "" },
      [pod("a", { index: 0, phase: "Failed", failures: 1 }), pod("b", { index: 1 })],
      [
        "status active=undefined terminating=1 failedIndexes=0 failed+uid-a,uid-b FailureTarget True MaxFailedIndexesExceeded",
        "delete b",
        "free a, free b",
      ],
    ],
    [
      "fails once all others are done",
      { ...limited, completions: 2 },
      { failedIndexes: "1" },
      [pod("a", { index: 0, phase: "Succeeded" })],
      ["status succeeded=1 completedIndexes=0 FailureTarget True FailedIndexes", "free a"],
    ],
    [
      "a policy gives up an index at once",
      { ...limited, podFailurePolicy: { rules: [{ action: "FailIndex", onExitCodes }] } },
      { active: 1, failedIndexes: "" },
      [pod("a", { index: 0, phase: "Failed", exitCode: 42, failures: 0 }), pod("b", { index: 1 })],
      ["create 2 after 0", "status active=2 failedIndexes=0 failed+uid-a", "free a"],
    ],
    [
      "succeeds by its policy",
      { ...indexed, successPolicy: { rules: [{ succeededIndexes: "1-2", succeededCount: 1 }] } },
      { active: 2 },
      [pod("a", { index: 0 }), pod("b", { index: 1, phase: "Succeeded" })],
      [
        "status active=undefined terminating=1 succeeded=1 completedIndexes=1 SuccessCriteriaMet True SuccessPolicy",
        "delete a",
        "free a, free b",
      ],
    ],
    [
      "forgets what it does not have any more when it shrinks",
      { ...indexed, completions: 1, parallelism: 1 },
      { succeeded: 2, completedIndexes: "1,2" },
      [],
      ["create 0", "status active=1 succeeded=undefined completedIndexes=undefined"],
    ],
  ])("%s", (_name, spec, status, own, expected) => {
    expect(shown(job(spec, status), own).actions.map(sorted)).toEqual(expected.map(sorted));
  });
});

test.each([
  ["short", 3, "short-3-"],
  ["l".repeat(58), 12, `${"l".repeat(54)}-12-`],
])("pods of %s with index %i are called %s", (name, index, expected) => {
  const { metadata, ...rest } = job();
  expect(newJobPod({ ...rest, metadata: { ...metadata, name } }, index).metadata.generateName).toBe(expected);
});

describe("failure policies", () => {
  const disrupted = pod("a", { phase: "Failed", condition: "DisruptionTarget", endedAgo: 99 });
  test.each<[string, NonNullable<JobSpec["podFailurePolicy"]>["rules"], Pod, readonly string[]]>([
    [
      "a disruption is ignored",
      [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
      disrupted,
      ["create", "free a"],
    ],
    [
      "a condition fails the job",
      [{ action: "FailJob", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
      disrupted,
      ["status active=undefined failed+uid-a FailureTarget True PodFailurePolicy", "free a"],
    ],
    [
      "the first rule that fits decides",
      [
        { action: "Count", onExitCodes: { operator: "NotIn", values: [42] } },
        { action: "FailJob", onExitCodes: { operator: "NotIn", values: [42] } },
      ],
      pod("a", { phase: "Failed", endedAgo: 99 }),
      ["create", "status failed+uid-a", "free a"],
    ],
    [
      "codes of other containers do not matter",
      [{ action: "FailJob", onExitCodes: { ...onExitCodes, containerName: "other" } }],
      pod("a", { phase: "Failed", exitCode: 42, endedAgo: 99 }),
      ["create", "status failed+uid-a", "free a"],
    ],
  ])("%s", (_name, rules, own, expected) => {
    expect(shown(job({ podFailurePolicy: { rules } }, { active: 1 }), [own]).actions).toEqual(expected);
  });

  test("the message names pod, container, code and rule", () => {
    const podFailurePolicy = { rules: [{ action: "FailJob", onExitCodes }] } as const;
    const plan = planned(job({ podFailurePolicy }), [pod("a", { phase: "Failed", exitCode: 42 })]);
    const write = plan.stages.flat().find((action) => action.do === "updateStatus");
    expect(JSON.stringify(write)).toContain(
      "Container c for pod n/a failed with exit code 42 matching FailJob rule at index 0",
    );
  });

  test("a pod that ends is replaced only when it has failed", () => {
    const own = [pod("a", { deleted: true })];
    expect(created(own, { podReplacementPolicy: "Failed" })).toEqual(["status terminating=1"]);
    expect(created(own, {})).toEqual(["status terminating=1 failed+uid-a", "free a"]);
  });
});

test("pods of a job that is over or gone are let go", () => {
  const own = [pod("a", { phase: "Succeeded" }), pod("b")];
  expect(shown(undefined, own).actions).toEqual(["free a, free b"]);
  const over = job({}, { conditions: [{ type: "Complete", status: "True" }] });
  expect(shown(over, own).actions).toEqual(["free a, free b"]);
});

test("jobs with more than can be noted are counted in parts", () => {
  const own = Array.from({ length: 700 }, (_, i) => pod(`p${i}`, { phase: "Succeeded" }));
  const plan = planned(job({ completions: 1000, parallelism: 700 }, { active: 700 }), own);
  const frees = plan.stages.flat().filter(({ do: what }) => what === "patch");
  const creates = plan.stages.flat().filter(({ do: what }) => what === "create");
  expect([frees.length, creates.length, jobs.plural]).toEqual([500, 300, "jobs"]);
});

function met() {
  return { type: "SuccessCriteriaMet", status: "True", reason: "CompletionsReached", message: "m" } as const;
}

function sorted(stage: string): string {
  return stage.split(", ").toSorted().join(", ");
}
