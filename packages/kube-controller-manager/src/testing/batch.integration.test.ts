// Jobs and cron jobs come through every fault: what succeeded is counted once, what vanished is made up for, an index fails only by its own tries.
import { cronJobs, type Job, type JobSpec, jobs } from "@skates/api/batch/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { formatTime } from "@skates/apimachinery";
import { expect } from "vitest";
import type { Cluster } from "./cluster.ts";
import { inOrder, survives } from "./survival.ts";

const at = (name: string) => ({ namespace: "default", name });
const template = (app: string) => ({
  metadata: { name: "", labels: { app } },
  spec: { restartPolicy: "Never" as const, containers: [{ name: "c", image: "i" }] },
});
const job = (name: string, spec: Partial<JobSpec>): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: at(name),
  spec: { template: template(name), backoffLimit: 100, ...spec },
});
const indexOf = (pod: Pod): string | undefined =>
  pod.metadata.annotations?.["batch.kubernetes.io/job-completion-index"];

/** Pods end with what `code` says, a second after they were bound. */
function ending(code: (pod: Pod) => number): (cluster: Cluster) => void {
  return (cluster) => {
    cluster.run = (pod) => {
      if (pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return undefined;
      // Who is killed says so.
      const exitCode = pod.metadata.deletionTimestamp === undefined ? code(pod) : 143;
      const finishedAt = formatTime(cluster.world.clock.nowMs());
      const state = { terminated: { exitCode, finishedAt, startedAt: finishedAt } };
      const status = { name: "c", image: "i", imageID: "", ready: false, restartCount: 0, state };
      const phase = exitCode === 0 ? "Succeeded" : "Failed";
      return { ...pod, status: { ...pod.status, phase, containerStatuses: [status] } };
    };
    // Whoever waits for its finalizer is not gone yet.
    const { kubelet } = cluster.world;
    cluster.world.kubelet = (pod) => {
      const held = (pod.metadata.finalizers ?? []).length > 0 && pod.spec.nodeName !== undefined;
      return pod.metadata.deletionTimestamp !== undefined && held ? cluster.run(pod) : kubelet?.(pod);
    };
  };
}

/** Successes in the status never exceed the pods that have succeeded, nor what was asked for. */
async function countsAreTrue({ world }: Cluster): Promise<void> {
  for (const { metadata, spec, status } of await world.list(jobs)) {
    const { succeeded = 0, uncountedTerminatedPods: noted } = status ?? {};
    const waiting = noted?.succeeded?.length ?? 0;
    expect(succeeded + waiting, metadata.name).toBeLessThanOrEqual(spec.completions ?? 1);
  }
}

function shown({ spec, status = {} }: Job): unknown {
  const { succeeded, completedIndexes, failedIndexes, active, terminating, uncountedTerminatedPods, conditions } =
    status;
  const ends = conditions?.map(({ type, reason }) => `${type} ${reason}`);
  return {
    wanted: spec.completions,
    succeeded,
    completedIndexes,
    failedIndexes,
    active,
    terminating,
    uncountedTerminatedPods,
    ends,
  };
}

survives("a job", {
  prepare: ending(() => 0),
  changes: [({ world }) => world.create(jobs, job("sum", { completions: 5, parallelism: 2 }))],
  always: countsAreTrue,
  outcome: async ({ world }) => ({
    job: shown(await world.get(jobs, at("sum"))),
    held: (await world.list(pods)).flatMap(({ metadata }) => metadata.finalizers ?? []),
  }),
  expected: {
    job: {
      wanted: 5,
      succeeded: 5,
      terminating: 0,
      uncountedTerminatedPods: {},
      ends: ["SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"],
    },
    held: [],
  },
});

survives("an indexed job, one index of which always fails", {
  prepare: ending((pod) => (indexOf(pod) === "1" ? 1 : 0)),
  changes: [
    ({ world }) =>
      world.create(
        jobs,
        job("part", {
          completions: 4,
          parallelism: 3,
          completionMode: "Indexed",
          backoffLimitPerIndex: 1,
          backoffLimit: undefined,
          // What vanishes did not fail.
          podFailurePolicy: {
            rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }],
          },
        }),
      ),
  ],
  always: countsAreTrue,
  // Waits between tries are long.
  peaceSeconds: 300,
  outcome: async ({ world }) => ({
    job: shown(await world.get(jobs, at("part"))),
    held: (await world.list(pods)).flatMap(({ metadata }) => metadata.finalizers ?? []),
  }),
  expected: {
    job: {
      wanted: 4,
      succeeded: 3,
      completedIndexes: "0,2,3",
      failedIndexes: "1",
      terminating: 0,
      uncountedTerminatedPods: {},
      ends: ["FailureTarget FailedIndexes", "Failed FailedIndexes"],
    },
    held: [],
  },
});

survives("a job that is held and goes on", {
  prepare: ending(() => 0),
  changes: [
    ({ world }) => world.create(jobs, job("rest", { completions: 3, parallelism: 3, suspend: true })),
    ({ world }) => world.edit(jobs, at("rest"), (one) => ({ ...one, spec: { ...one.spec, suspend: false } })),
  ],
  always: countsAreTrue,
  outcome: async ({ world }) => shown(await world.get(jobs, at("rest"))),
  expected: {
    wanted: 3,
    succeeded: 3,
    terminating: 0,
    uncountedTerminatedPods: {},
    ends: ["Suspended JobResumed", "SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"],
  },
});

survives("a cron job", {
  prepare: ending(() => 0),
  changes: [
    ({ world }) =>
      world.create(cronJobs, {
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: at("tick"),
        spec: {
          schedule: "* * * * *",
          concurrencyPolicy: "Forbid",
          successfulJobsHistoryLimit: 1,
          jobTemplate: { spec: { template: template("tick") } },
        },
      }),
    ({ world }) => world.edit(cronJobs, at("tick"), (one) => ({ ...one, spec: { ...one.spec, suspend: true } })),
  ],
  troubleSeconds: 180,
  without: {
    "the clock jumps back by an hour":
      "no time is used twice: the next job comes when the clock has made up for it, as upstream",
  },
  always: async ({ world }) => {
    const names = (await world.list(jobs)).map(({ metadata }) => metadata.name);
    expect(names).toEqual([...new Set(names)]);
  },
  outcome: async ({ world }) => ({
    active: (await world.get(cronJobs, at("tick"))).status?.active ?? [],
    jobs: inOrder(await world.list(jobs), ({ status }) => status?.conditions?.at(-1)?.type ?? "none"),
    held: (await world.list(pods)).flatMap(({ metadata }) => metadata.finalizers ?? []),
  }),
  expected: { active: [], jobs: ["Complete"], held: [] },
});
