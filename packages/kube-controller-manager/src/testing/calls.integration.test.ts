// How many API calls of controllers a workload causes: no more than so many per object, whatever its size, and none once it is done.
// The figures with real processes are those of scripts/bench/workloads.ts.
import { deployments, statefulSets } from "@skates/api/apps/v1";
import { type JobSpec, jobs } from "@skates/api/batch/v1";
import { configMaps, namespaces, type Pod, type PodSpec, resourceQuotas, secrets, services } from "@skates/api/core/v1";
import { podDisruptionBudgets } from "@skates/api/policy/v1";
import { afterEach, expect, test, vi } from "vitest";
import { addNode, namespace, readyKubelet, startWorld, type World } from "./world.ts";

/** A minute and more on a machine that many others use. */
vi.setConfig({ testTimeout: 180_000 });
let world: World;
afterEach(() => world.stop());

const SIZES = [20, 40, 80] as const;
const KEY = { namespace: "default", name: "web" };
const SELECTOR = { matchLabels: { app: "web" } };
const template = (restartPolicy: PodSpec["restartPolicy"]) => ({
  metadata: { name: "", labels: SELECTOR.matchLabels },
  spec: { containers: [{ name: "c", image: "i" }], restartPolicy },
});

interface Work {
  readonly title: string;
  /** What controllers must do for each object: make or delete a pod, take a finalizer. Events come on top. */
  readonly least: number;
  readonly prepare: (size: number) => Promise<void>;
  readonly work: (size: number) => Promise<void>;
}

const WORKS: readonly Work[] = [
  {
    title: "a rollout behind a service",
    least: 2,
    async prepare(size) {
      const spec = { selector: SELECTOR.matchLabels, ports: [{ port: 80 }] };
      await world.create(services, { apiVersion: "v1", kind: "Service", metadata: KEY, spec });
      await makeDeployment(size);
    },
    async work(size) {
      await world.edit(deployments, KEY, (old) => {
        const metadata = { ...old.spec.template.metadata, name: "", annotations: { changed: "yes" } };
        return { ...old, spec: { ...old.spec, template: { ...old.spec.template, metadata } } };
      });
      await passUntil(async () => (await world.get(deployments, KEY)).status?.updatedReplicas === size);
    },
  },
  jobWork("NonIndexed"),
  jobWork("Indexed"),
  {
    title: "a stateful set in parallel",
    least: 1,
    prepare: async () => undefined,
    async work(replicas) {
      const own = { replicas, selector: SELECTOR, template: template("Always"), serviceName: "web" };
      const spec = { ...own, podManagementPolicy: "Parallel" } as const;
      await world.create(statefulSets, { apiVersion: "apps/v1", kind: "StatefulSet", metadata: KEY, spec });
      await passUntil(async () => (await world.get(statefulSets, KEY)).status?.availableReplicas === replicas);
    },
  },
  {
    title: "the deletion of a namespace",
    least: 0,
    async prepare(size) {
      await world.create(namespaces, namespace("work"));
      await fill("work", size);
    },
    async work() {
      await world.client.resource(namespaces).delete({ name: "work" }, {}, world.signal);
      await passUntil(async () => !(await world.list(namespaces)).some(({ metadata: { name } }) => name === "work"));
    },
  },
];

test.each(WORKS)("$title costs no more per object when it is larger", async ({ least, prepare, work }) => {
  const counts: number[] = [];
  for (const size of SIZES) {
    if (counts.length > 0) await world.stop();
    await startReady();
    await prepare(size);
    await world.pass(30);
    world.requests.length = 0;
    await work(size);
    await world.pass(30);
    counts.push(withoutEvents(world.requests));
  }
  const [small = 0, middle = 0, large = 0] = counts;
  const [first, second, third] = SIZES;
  // What one object more costs, among few and among many.
  const early = (middle - small) / (second - first);
  const late = (large - middle) / (third - second);
  expect(late, `calls for ${SIZES.join(", ")} objects: ${counts.join(", ")}`).toBeLessThanOrEqual(early + 0.1);
  expect(late, `calls for ${SIZES.join(", ")} objects: ${counts.join(", ")}`).toBeLessThanOrEqual(least * 1.35 + 0.1);
});

test("a cluster in which nothing happens is not asked for anything", async () => {
  await startReady();
  for (const name of ["one", "two", "three"]) await addNode(world, name);
  await makeDeployment(20);
  const quota = { metadata: KEY, spec: { hard: { pods: "100", "count/configmaps": "1000" } } };
  await world.create(resourceQuotas, { apiVersion: "v1", kind: "ResourceQuota", ...quota });
  const budget = { metadata: KEY, spec: { selector: SELECTOR, maxUnavailable: 1 } };
  await world.create(podDisruptionBudgets, { apiVersion: "policy/v1", kind: "PodDisruptionBudget", ...budget });
  await fill("default", 100);
  await world.pass(60);
  world.requests.length = 0;
  await world.clock.advance(3_600_000);
  expect(world.requests).toEqual([]);
});

function jobWork(completionMode: JobSpec["completionMode"]): Work {
  return {
    title: `a job, ${completionMode}`,
    least: 2,
    prepare: async () => undefined,
    async work(completions) {
      const spec = { completions, completionMode, parallelism: 20, template: template("Never") };
      await world.create(jobs, { apiVersion: "batch/v1", kind: "Job", metadata: KEY, spec });
      await passUntil(async () => (await world.get(jobs, KEY)).status?.succeeded === completions);
    },
  };
}

async function startReady(): Promise<void> {
  world = await startWorld();
  const ready = readyKubelet(world.clock);
  world.kubelet = (pod: Pod) => {
    if (pod.spec.restartPolicy !== "Never" || pod.metadata.deletionTimestamp !== undefined) return ready(pod);
    return pod.status?.phase === "Succeeded" ? undefined : { ...pod, status: { phase: "Succeeded" } };
  };
}

async function makeDeployment(replicas: number): Promise<void> {
  const spec = { replicas, selector: SELECTOR, template: template("Always") };
  await world.create(deployments, { apiVersion: "apps/v1", kind: "Deployment", metadata: KEY, spec });
  await passUntil(async () => (await world.get(deployments, KEY)).status?.availableReplicas === replicas);
}

async function fill(name: string, size: number): Promise<void> {
  for (let i = 0; i < size; i++) {
    const metadata = { namespace: name, name: `object-${i}` };
    if (i % 2 === 0) await world.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata });
    else await world.create(secrets, { apiVersion: "v1", kind: "Secret", metadata });
  }
}

async function passUntil(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await holds()) return;
    await world.pass(1);
  }
  throw new Error("it does not come about");
}

function withoutEvents(requests: readonly string[]): number {
  return requests.filter((request) => !request.includes("/events")).length;
}
