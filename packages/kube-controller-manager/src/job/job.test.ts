// Jobs on the real API server with virtual time: counting, indexes, failures and their policies, suspension, deadlines; and how the state settles.
import { type Job, type JobSpec, jobs } from "@skates/api/batch/v1";
import { events, type Pod, pods } from "@skates/api/core/v1";
import { formatTime, parseTime, StatusError } from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startWorld, type World } from "../testing/world.ts";

let world: World;
/** Exit code by the pod's index (or 0), and pods that go on working. */
let exit: (pod: Pod) => number | undefined;
beforeEach(async () => {
  world = await startWorld();
  exit = () => 0;
  world.kubelet = (pod) => {
    if (pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === "gone") return undefined;
    if (pod.metadata.deletionTimestamp !== undefined) return endOfDeleted(pod);
    if (pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded") return undefined;
    const code = exit(pod);
    return code === undefined ? running(pod) : ended(pod, code);
  };
});
afterEach(() => world.stop());

/** A deleted pod is gone once it has no finalizer; till then it is as it ended. */
function endOfDeleted(pod: Pod): Pod | "gone" | undefined {
  if ((pod.metadata.finalizers ?? []).length > 0) return pod.status?.phase === "Running" ? ended(pod, 143) : undefined;
  return "gone";
}
function running(pod: Pod): Pod | undefined {
  return pod.status?.phase === "Running" ? undefined : { ...pod, status: { ...pod.status, phase: "Running" } };
}
function ended(pod: Pod, exitCode: number): Pod {
  const finishedAt = formatTime(world.clock.nowMs());
  const state = { terminated: { exitCode, finishedAt, startedAt: finishedAt } };
  const status = { name: "c", image: "i", imageID: "", ready: false, restartCount: 0, state };
  const phase = exitCode === 0 ? "Succeeded" : "Failed";
  return { ...pod, status: { ...pod.status, phase, containerStatuses: [status] } };
}

const key = { namespace: "default", name: "work" };
function job(spec: Partial<JobSpec> = {}): Job {
  const template = { spec: { restartPolicy: "Never", containers: [{ name: "c", image: "i" }] } } as const;
  return { apiVersion: "batch/v1", kind: "Job", metadata: { ...key }, spec: { template, ...spec } };
}
const status = async () => (await world.get(jobs, key)).status;
const conditions = async () =>
  ((await status())?.conditions ?? []).map(({ type, status: is, reason }) => `${type} ${is} ${reason}`);
const reasons = async () =>
  (await world.list(events, "default")).map(({ reason }) => reason ?? "").toSorted((a, b) => (a < b ? -1 : 1));
const edit = (change: Partial<JobSpec>) =>
  world.edit(jobs, key, (one) => ({ ...one, spec: { ...one.spec, ...change } }));
const indexOf = (pod: Pod) => Number(pod.metadata.labels?.["batch.kubernetes.io/job-completion-index"]);

test("a job runs so many pods at once, counts each once, and is complete", async () => {
  let most = 0;
  const seen = new Set<string>();
  exit = (pod) => {
    if (seen.has(pod.metadata.name)) return 0;
    seen.add(pod.metadata.name);
    return undefined;
  };
  await world.create(jobs, job({ completions: 5, parallelism: 2 }));
  for (let i = 0; i < 25; i++) {
    await world.pass(1);
    most = Math.max(most, (await status())?.active ?? 0);
  }
  expect(most).toBe(2);
  const end = await status();
  expect(end).toMatchObject({ succeeded: 5, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  expect(end?.completionTime).toBeDefined();
  expect(await conditions()).toEqual([
    "SuccessCriteriaMet True CompletionsReached",
    "Complete True CompletionsReached",
  ]);
  const all = await world.list(pods, "default");
  expect(all).toHaveLength(5);
  expect(all.flatMap((pod) => pod.metadata.finalizers ?? [])).toEqual([]);
  expect(all[0]?.metadata).toMatchObject({
    generateName: "work-",
    labels: { "batch.kubernetes.io/job-name": "work", "job-name": "work" },
    ownerReferences: [{ kind: "Job", name: "work", controller: true }],
  });
  expect(await reasons()).toEqual(["Completed", ...Array.from({ length: 5 }, () => "SuccessfulCreate")]);
});

test("without a number of completions one success is enough, and the others may end", async () => {
  exit = (pod) => (first === undefined || first === pod.metadata.name ? ((first = pod.metadata.name), 0) : undefined);
  let first: string | undefined;
  await world.create(jobs, job({ parallelism: 2 }));
  await world.pass(5);
  expect(await status()).toMatchObject({ active: 1, succeeded: 1 });
  exit = () => 0;
  await world.pass(5);
  expect(await conditions()).toContain("Complete True CompletionsReached");
  expect(await world.list(pods, "default")).toHaveLength(2);
});

test("failures are tried again with growing waits until the limit", async () => {
  exit = () => 1;
  await world.create(jobs, job({ backoffLimit: 2 }));
  await world.pass(6);
  expect(await status()).toMatchObject({ failed: 1 });
  await world.pass(10);
  expect(await status()).toMatchObject({ failed: 2 });
  await world.pass(12);
  expect(await status()).toMatchObject({ failed: 2 });
  await world.pass(15);
  expect(await status()).toMatchObject({ failed: 3 });
  expect(await conditions()).toEqual(["FailureTarget True BackoffLimitExceeded", "Failed True BackoffLimitExceeded"]);
  expect(await reasons()).toContain("BackoffLimitExceeded");
  expect((await world.list(pods, "default")).flatMap((pod) => pod.metadata.finalizers ?? [])).toEqual([]);
});

test("pods of an indexed job know their index", async () => {
  await world.create(jobs, job({ completions: 4, parallelism: 3, completionMode: "Indexed" }));
  await world.pass(12);
  expect(await status()).toMatchObject({ succeeded: 4, completedIndexes: "0-3" });
  const all = await world.list(pods, "default");
  expect(all.map(indexOf).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  const [first] = all.filter((pod) => indexOf(pod) === 0);
  expect(first?.spec.hostname).toBe("work-0");
  expect(first?.metadata.generateName).toBe("work-0-");
  expect(first?.metadata.annotations).toMatchObject({ "batch.kubernetes.io/job-completion-index": "0" });
  expect(first?.spec.containers[0]?.env).toMatchObject([
    {
      name: "JOB_COMPLETION_INDEX",
      valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
    },
  ]);
});

test("an index that fails too often fails the job, once the others are done", async () => {
  exit = (pod) => (indexOf(pod) === 1 ? 1 : 0);
  await world.create(jobs, job({ completions: 3, parallelism: 3, completionMode: "Indexed", backoffLimitPerIndex: 1 }));
  await world.pass(8);
  expect(await status()).toMatchObject({ completedIndexes: "0,2", failedIndexes: "", failed: undefined });
  await world.pass(20);
  expect(await status()).toMatchObject({ succeeded: 2, failed: 2, completedIndexes: "0,2", failedIndexes: "1" });
  expect(await conditions()).toEqual(["FailureTarget True FailedIndexes", "Failed True FailedIndexes"]);
  const tries = (await world.list(pods, "default")).filter((pod) => indexOf(pod) === 1);
  const counts = tries.map((pod) => pod.metadata.annotations?.["batch.kubernetes.io/job-index-failure-count"]);
  expect(new Set(counts)).toEqual(new Set(["0", "1"]));
  expect(counts).toHaveLength(2);
});

test("a failure policy fails the job at once, or lets failures pass", async () => {
  exit = () => 42;
  const onExitCodes = { operator: "In", values: [42] } as const;
  await world.create(
    jobs,
    job({ parallelism: 2, completions: 2, podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes }] } }),
  );
  await world.pass(8);
  const failed = (await status())?.conditions?.find(({ type }) => type === "Failed");
  expect(failed?.reason).toBe("PodFailurePolicy");
  expect(failed?.message).toMatch(
    /^Container c for pod default\/work-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
  );
  const ignoring = job({ backoffLimit: 0, podFailurePolicy: { rules: [{ action: "Ignore", onExitCodes }] } });
  await world.create(jobs, { ...ignoring, metadata: { namespace: "default", name: "patient" } });
  await world.pass(8);
  const { status: patient } = await world.get(jobs, { namespace: "default", name: "patient" });
  expect(patient).toMatchObject({ failed: undefined });
  exit = () => 0;
  await world.pass(20);
  const { status: later } = await world.get(jobs, { namespace: "default", name: "patient" });
  expect(later).toMatchObject({ failed: undefined, succeeded: 1 });
});

test("a success policy ends the job early", async () => {
  exit = (pod) => (indexOf(pod) === 0 ? 0 : undefined);
  const successPolicy = { rules: [{ succeededIndexes: "0" }] };
  await world.create(jobs, job({ completions: 3, parallelism: 3, completionMode: "Indexed", successPolicy }));
  await world.pass(10);
  expect(await conditions()).toEqual(["SuccessCriteriaMet True SuccessPolicy", "Complete True SuccessPolicy"]);
  expect(await status()).toMatchObject({ succeeded: 1, completedIndexes: "0" });
  expect((await status())?.failed).toBeUndefined();
  expect(await world.list(pods, "default")).toHaveLength(1);
});

test("a job is held and goes on, without a failure being counted", async () => {
  exit = () => undefined;
  await world.create(jobs, job({ suspend: true }));
  await world.pass(3);
  expect(await conditions()).toEqual(["Suspended True JobSuspended"]);
  expect((await status())?.startTime).toBeUndefined();
  await edit({ suspend: false });
  await world.pass(3);
  const started = (await status())?.startTime;
  expect(await status()).toMatchObject({ active: 1 });
  expect(await conditions()).toEqual(["Suspended False JobResumed"]);
  await edit({ suspend: true });
  await world.pass(4);
  expect(await world.list(pods, "default")).toEqual([]);
  expect(await status()).toMatchObject({ startTime: undefined, active: undefined });
  // While it rests its pods may be made for other places, and with other resources.
  await world.edit(jobs, key, (one) => {
    const container = { name: "c", image: "i", resources: { requests: { cpu: "2" } } };
    const spec = { ...one.spec.template.spec, containers: [container], nodeSelector: { disk: "fast" } };
    return { ...one, spec: { ...one.spec, template: { ...one.spec.template, spec } } };
  });
  await edit({ suspend: false });
  exit = () => 0;
  await world.pass(5);
  const end = await status();
  expect(end).toMatchObject({ succeeded: 1 });
  expect(end?.failed).toBeUndefined();
  expect(parseTime(end?.startTime ?? "")).toBeGreaterThan(parseTime(started ?? ""));
  expect((await reasons()).filter((reason) => /^(Suspended|Resumed)$/.test(reason))).toEqual(["Resumed", "Suspended"]);
});

test("a job that takes too long fails, and its pods go", async () => {
  exit = () => undefined;
  await world.create(jobs, job({ activeDeadlineSeconds: 10 }));
  await world.pass(9);
  expect(await conditions()).toEqual([]);
  await world.pass(7);
  expect(await conditions()).toEqual(["FailureTarget True DeadlineExceeded", "Failed True DeadlineExceeded"]);
  expect(await status()).toMatchObject({ failed: 1, terminating: 0 });
  expect(await world.list(pods, "default")).toEqual([]);
});

test("a pod that vanishes is replaced, at once or when it is gone", async () => {
  exit = () => undefined;
  await world.create(jobs, job({ podReplacementPolicy: "Failed" }));
  await world.pass(3);
  const [only] = await world.list(pods, "default");
  if (only === undefined) throw new Error("no pod");
  // Bound: a pod that is to go and has no node is cleared away.
  const target = { apiVersion: "v1", kind: "Node", name: "n" };
  const binding = { apiVersion: "v1", kind: "Binding", metadata: { name: only.metadata.name }, target };
  await world.client.resource(pods).sub("binding").create(only.metadata, binding, {}, world.signal);
  const kubelet = world.kubelet;
  world.kubelet = (pod) => (pod.metadata.name === only.metadata.name ? undefined : kubelet?.(pod));
  await world.client
    .resource(pods)
    .patch(only.metadata, { type: "strategic", body: { metadata: { finalizers: ["a.b/c"] } } }, {}, world.signal);
  await world.client.resource(pods).delete(only.metadata, { gracePeriodSeconds: 30 }, world.signal);
  await world.pass(5);
  expect(await status()).toMatchObject({ terminating: 1 });
  expect(await world.list(pods, "default")).toHaveLength(1);
  await edit({ podReplacementPolicy: "TerminatingOrFailed" });
  await world.pass(15);
  expect(await status()).toMatchObject({ terminating: 1, active: 1, failed: 1 });
});

test("what cannot be made is told, and made later", async () => {
  world.refuse = ({ method, path }) =>
    method === "POST" && path.endsWith("/pods") ? new StatusError("Forbidden", "no room") : undefined;
  await world.create(jobs, job());
  await world.pass(3);
  expect(await reasons()).toContain("FailedCreate");
  world.refuse = undefined;
  await world.pass(60);
  expect(await conditions()).toContain("Complete True CompletionsReached");
});

test("two jobs that choose the same pods count their own only, and one alone takes what nobody manages", async () => {
  exit = () => undefined;
  const labels = { app: "both" };
  const template = {
    metadata: { name: "", labels },
    spec: { restartPolicy: "Never" as const, containers: [{ name: "c", image: "i" }] },
  };
  const spec = { manualSelector: true, selector: { matchLabels: labels }, template, completions: 2, parallelism: 1 };
  const orphan: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "default", name: "orphan", labels },
    spec: template.spec,
  };
  await world.create(pods, orphan);
  for (const name of ["one", "two"])
    await world.create(jobs, { ...job(spec), metadata: { namespace: "default", name } });
  await world.pass(5);
  const owners = (await world.list(pods, "default")).map(({ metadata }) =>
    (metadata.ownerReferences ?? []).map((one) => one.name).join(),
  );
  expect(owners.toSorted()).toEqual(["one", "two"]);
  exit = () => 0;
  await world.pass(20);
  const ends = await Promise.all(["one", "two"].map((name) => world.get(jobs, { namespace: "default", name })));
  expect(ends.map((one) => [one.status?.succeeded, one.status?.conditions?.at(-1)?.type])).toEqual([
    [2, "Complete"],
    [2, "Complete"],
  ]);
  expect(await world.list(pods, "default")).toHaveLength(4);
});

test("a job of somebody else's is left alone", async () => {
  await world.create(jobs, job({ managedBy: "example.com/other" }));
  await world.pass(3);
  expect(await world.list(pods, "default")).toEqual([]);
});

test("pods of a deleted job are not held back", async () => {
  exit = () => undefined;
  await world.create(jobs, job());
  await world.pass(3);
  await world.client.resource(jobs).delete(key, { propagationPolicy: "Background" }, world.signal);
  await world.pass(8);
  expect(await world.list(pods, "default")).toEqual([]);
});

test("an indexed job grows and shrinks", async () => {
  exit = () => undefined;
  await world.create(jobs, job({ completions: 2, parallelism: 2, completionMode: "Indexed" }));
  await world.pass(3);
  await edit({ completions: 3, parallelism: 3 });
  await world.pass(3);
  expect((await world.list(pods, "default")).map(indexOf)).toEqual([0, 1, 2]);
  await edit({ completions: 1, parallelism: 1 });
  await world.pass(5);
  expect((await world.list(pods, "default")).map(indexOf)).toEqual([0]);
});

test("writes that fail at any step lose no pod and count none twice", async () => {
  let writes = 0;
  const failed = new Set<string>();
  world.refuse = ({ method, path }) => {
    if (method === "GET" || path.includes("/events") || ++writes % 3 === 0) return undefined;
    const step = `${method} ${path} ${writes % 2}`;
    if (failed.has(step)) return undefined;
    failed.add(step);
    return new StatusError("InternalError", "struck by lightning");
  };
  exit = (pod) =>
    indexOf(pod) === 2 && pod.metadata.annotations?.["batch.kubernetes.io/job-index-failure-count"] === "0" ? 1 : 0;
  const spec = { completions: 6, parallelism: 3, completionMode: "Indexed", backoffLimitPerIndex: 1 } as const;
  await world.create(jobs, job(spec));
  await world.create(jobs, {
    ...job({ completions: 6, parallelism: 3 }),
    metadata: { namespace: "default", name: "plain" },
  });
  await world.pass(300);
  expect(failed.size).toBeGreaterThan(10);
  expect(await status()).toMatchObject({
    succeeded: 6,
    failed: 1,
    completedIndexes: "0-5",
    uncountedTerminatedPods: {},
  });
  const plain = (await world.get(jobs, { namespace: "default", name: "plain" })).status;
  expect(plain).toMatchObject({ succeeded: 6, uncountedTerminatedPods: {} });
  expect(plain?.conditions?.map(({ type }) => type)).toEqual(["SuccessCriteriaMet", "Complete"]);
  const all = await world.list(pods, "default");
  expect(all).toHaveLength(13);
  expect(all.flatMap((pod) => pod.metadata.finalizers ?? [])).toEqual([]);
}, 30_000);
