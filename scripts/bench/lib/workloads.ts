import { type Deployment, deployments, type StatefulSet, statefulSets } from "@skates/api/apps/v1";
import { type Job, type JobSpec, jobs } from "@skates/api/batch/v1";
import { configMaps, namespaces, type PodSpec, type PodTemplateSpec, secrets, services } from "@skates/api/core/v1";
import type { ApiObject, Resource } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { each } from "./each.ts";

/** Work for the controllers of a cluster, in some size. */
export interface Workload {
  readonly name: string;
  readonly sizes: readonly number[];
  /** Calls per object that the work needs at least, without events: what is written, and by whom. */
  readonly least: number;
  readonly leastOf: string;
  /** What has to be there before; not measured. */
  prepare?(cluster: Cluster, size: number): Promise<void>;
  /** Returns when a user would say that it is done. */
  work(cluster: Cluster, size: number): Promise<void>;
}

export interface Cluster {
  readonly client: Client;
  readonly signal: AbortSignal;
}

/** Pods of a job at work at once. */
const PARALLELISM = 500;
const CLIENTS = 32;
const SPACE = "work";
const KEY = { namespace: SPACE, name: "web" };
const SELECTOR = { matchLabels: { app: "web" } };

export const WORKLOADS: readonly Workload[] = [
  {
    name: "rollout",
    sizes: [250, 500, 1000],
    least: 5,
    leastOf: "old pod: delete, end; new pod: create, bind, status",
    async prepare(cluster, size) {
      await makeSpace(cluster);
      const spec = { selector: SELECTOR.matchLabels, ports: [{ port: 80 }] };
      await cluster.client
        .resource(services)
        .create({ apiVersion: "v1", kind: "Service", metadata: KEY, spec }, {}, cluster.signal);
      await cluster.client.resource(deployments).create(deployment(size), {}, cluster.signal);
      await until(cluster, deployments, ({ status }) => status?.availableReplicas === size);
    },
    async work(cluster, size) {
      const body = { spec: { template: { metadata: { annotations: { changed: "yes" } } } } };
      await cluster.client.resource(deployments).patch(KEY, { type: "merge", body }, {}, cluster.signal);
      await until(
        cluster,
        deployments,
        ({ metadata, status }) =>
          status?.observedGeneration === metadata.generation &&
          status?.updatedReplicas === size &&
          status?.availableReplicas === size &&
          status?.replicas === size,
      );
    },
  },
  jobWorkload("job", "NonIndexed"),
  jobWorkload("indexed-job", "Indexed"),
  {
    name: "stateful-set",
    sizes: [250, 500, 1000],
    least: 3,
    leastOf: "create, bind, status",
    prepare: makeSpace,
    async work(cluster, size) {
      await cluster.client.resource(statefulSets).create(statefulSet(size), {}, cluster.signal);
      await until(cluster, statefulSets, ({ status }) => status?.availableReplicas === size);
    },
  },
  {
    name: "namespace",
    sizes: [2500, 5000, 10_000],
    least: 0,
    leastOf: "a deletion and a list for each kind, whatever it has",
    prepare: fillSpace,
    async work(cluster) {
      await cluster.client.resource(namespaces).delete({ name: SPACE }, {}, cluster.signal);
      await untilGone(cluster);
    },
  },
];

/** A namespace with objects that nobody works on: config maps and secrets. */
export async function fillSpace(cluster: Cluster, size: number): Promise<void> {
  await makeSpace(cluster);
  const { client, signal } = cluster;
  await each(size, CLIENTS, async (i) => {
    const metadata = { namespace: SPACE, name: `object-${i}` };
    const text = "x".repeat(500);
    if (i % 2 === 0) {
      const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { text } };
      await client.resource(configMaps).create(object, {}, signal);
    } else {
      const object = { apiVersion: "v1", kind: "Secret", metadata, stringData: { text } };
      await client.resource(secrets).create(object, {}, signal);
    }
  });
}

function jobWorkload(name: string, completionMode: JobSpec["completionMode"]): Workload {
  return {
    name,
    sizes: [2500, 5000, 10_000],
    least: 4,
    leastOf: "create, bind, status, finalizer",
    prepare: makeSpace,
    async work(cluster, completions) {
      const spec = { completions, completionMode, parallelism: PARALLELISM, template: template(["true"], "Never") };
      const job: Job = { apiVersion: "batch/v1", kind: "Job", metadata: KEY, spec };
      await cluster.client.resource(jobs).create(job, {}, cluster.signal);
      await until(cluster, jobs, ({ status }) =>
        (status?.conditions ?? []).some(({ type, status: holds }) => type === "Complete" && holds === "True"),
      );
    },
  };
}

function deployment(replicas: number): Deployment {
  const spec = { replicas, selector: SELECTOR, template: template(["serve"]) };
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: KEY, spec };
}

function statefulSet(replicas: number): StatefulSet {
  const own = { replicas, selector: SELECTOR, template: template(["serve"]) };
  const spec: StatefulSet["spec"] = { ...own, serviceName: "web", podManagementPolicy: "Parallel" };
  return { apiVersion: "apps/v1", kind: "StatefulSet", metadata: KEY, spec };
}

function template(command: readonly string[], restartPolicy?: PodSpec["restartPolicy"]): PodTemplateSpec {
  const containers = [{ name: "main", image: "app:1", command }];
  return {
    metadata: { name: "", labels: SELECTOR.matchLabels },
    spec: { automountServiceAccountToken: false, terminationGracePeriodSeconds: 1, containers, restartPolicy },
  };
}

async function makeSpace({ client, signal }: Cluster): Promise<void> {
  const metadata = { name: SPACE };
  await client.resource(namespaces).create({ apiVersion: "v1", kind: "Namespace", metadata, spec: {} }, {}, signal);
}

/** Watches the one object of a kind. */
async function until<T extends ApiObject>(
  { client, signal }: Cluster,
  resource: Resource<T>,
  holds: (object: T) => boolean,
): Promise<void> {
  const fieldSelector = `metadata.name=${KEY.name}`;
  for await (const event of client.resource(resource).watch({ namespace: SPACE, fieldSelector }, signal)) {
    if ((event.type === "ADDED" || event.type === "MODIFIED") && holds(event.object)) return;
  }
  throw new Error(`the watch of ${resource.plural} ended`);
}

async function untilGone({ client, signal }: Cluster): Promise<void> {
  const fieldSelector = `metadata.name=${SPACE}`;
  for await (const { type } of client.resource(namespaces).watch({ fieldSelector }, signal)) {
    if (type === "DELETED") return;
  }
  throw new Error("the watch of namespaces ended");
}
