// Deployments, stateful sets and daemon sets reach what was asked for through every fault; no pod is lost or doubled.
import {
  controllerRevisions,
  type DaemonSet,
  daemonSets,
  type Deployment,
  deployments,
  replicaSets,
  type StatefulSet,
  statefulSets,
} from "@skates/api/apps/v1";
import { pods, type ReplicationController, replicationControllers } from "@skates/api/core/v1";
import { expect } from "vitest";
import { targetNode } from "../daemon-set/daemon-pod.ts";
import { podActive } from "../pod/pod-state.ts";
import type { Cluster } from "./cluster.ts";
import { inOrder, survives } from "./survival.ts";

const at = (name: string) => ({ namespace: "default", name });
const template = (app: string, image: string) => ({
  metadata: { name: "", labels: { app } },
  spec: { containers: [{ name: "c", image }] },
});
const selector = (app: string) => ({ matchLabels: { app } });

const web = (image: string): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: at("web"),
  spec: { replicas: 3, selector: selector("web"), template: template("web", image) },
});
survives("a deployment", {
  changes: [
    ({ world }) => world.create(deployments, web("one")),
    ({ world }) => world.edit(deployments, at("web"), (old) => ({ ...old, spec: web("two").spec })),
  ],
  always: async ({ world }) => {
    const sizes = (await world.list(replicaSets)).map(({ spec }) => spec.replicas ?? 1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(4);
  },
  outcome: async ({ world }) => ({
    pods: await imagesOf(world),
    sets: inOrder(await world.list(replicaSets), ({ spec }) => String(spec.replicas)),
    status: withoutTimes((await world.get(deployments, at("web"))).status),
  }),
  expected: {
    pods: ["two", "two", "two"],
    sets: ["0", "3"],
    status: expect.objectContaining({ replicas: 3, updatedReplicas: 3, availableReplicas: 3, observedGeneration: 2 }),
  },
});

const db = (image: string, replicas: number): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: at("db"),
  spec: { replicas, serviceName: "db", selector: selector("db"), template: template("db", image) },
});
survives("a stateful set", {
  changes: [
    ({ world }) => world.create(statefulSets, db("one", 3)),
    ({ world }) => world.edit(statefulSets, at("db"), (old) => ({ ...old, spec: db("two", 2).spec })),
  ],
  outcome: async ({ world }) => ({
    pods: inOrder(await world.list(pods), ({ metadata, spec }) => `${metadata.name} ${spec.containers[0]?.image}`),
    revisions: inOrder(await world.list(controllerRevisions), ({ revision }) => String(revision)),
    status: (await world.get(statefulSets, at("db"))).status,
  }),
  expected: {
    pods: ["db-0 two", "db-1 two"],
    revisions: ["1", "2"],
    status: expect.objectContaining({ replicas: 2, readyReplicas: 2, updatedReplicas: 2, currentReplicas: 2 }),
  },
});

const agent = (image: string): DaemonSet => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: at("agent"),
  spec: { selector: selector("agent"), template: template("agent", image) },
});
survives("a daemon set", {
  changes: [
    ({ world }) => world.create(daemonSets, agent("one")),
    ({ world }) => world.edit(daemonSets, at("agent"), (old) => ({ ...old, spec: agent("two").spec })),
  ],
  always: async ({ world }) => {
    const places = (await world.list(pods)).filter(podActive).map(targetNode);
    expect(places).toEqual([...new Set(places)]);
  },
  outcome: async ({ world }) => ({
    pods: inOrder(await world.list(pods), ({ spec }) => `${spec.nodeName} ${spec.containers[0]?.image}`),
    revisions: inOrder(await world.list(controllerRevisions), ({ revision }) => String(revision)),
    status: (await world.get(daemonSets, at("agent"))).status,
  }),
  expected: {
    pods: ["n1 two", "n2 two"],
    revisions: ["1", "2"],
    status: expect.objectContaining({ numberAvailable: 2, updatedNumberScheduled: 2, desiredNumberScheduled: 2 }),
  },
});

const controller: ReplicationController = {
  apiVersion: "v1",
  kind: "ReplicationController",
  metadata: at("rc"),
  spec: { replicas: 3, template: template("rc", "one") },
};
survives("a replication controller", {
  changes: [
    ({ world }) => world.create(replicationControllers, controller),
    ({ world }) =>
      world.edit(replicationControllers, at("rc"), (old) => ({ ...old, spec: { ...old.spec, replicas: 2 } })),
  ],
  outcome: async ({ world }) => ({
    pods: await imagesOf(world),
    status: (await world.get(replicationControllers, at("rc"))).status,
  }),
  expected: {
    pods: ["one", "one"],
    status: { replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2, observedGeneration: 2 },
  },
});

async function imagesOf(world: Cluster["world"]): Promise<unknown[]> {
  return (await world.list(pods)).filter(podActive).map(({ spec }) => spec.containers[0]?.image);
}

function withoutTimes<T extends object | undefined>(status: T): unknown {
  return JSON.parse(JSON.stringify(status, (key, value: unknown) => (key.endsWith("Time") ? undefined : value)));
}
