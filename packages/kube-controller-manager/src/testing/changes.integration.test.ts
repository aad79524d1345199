// What users change while things go wrong: claims that go with their pods, nodes that come and go, all old pods before the first new one,
// a rollout that is held and goes on. Played through every fault.
import {
  type DaemonSet,
  daemonSets,
  type Deployment,
  deployments,
  type StatefulSet,
  statefulSets,
} from "@skates/api/apps/v1";
import { nodes, persistentVolumeClaims, pods } from "@skates/api/core/v1";
import { expect } from "vitest";
import { podActive } from "../pod/pod-state.ts";
import type { Cluster } from "./cluster.ts";
import { inOrder, survives } from "./survival.ts";
import { addNode } from "./world.ts";

const at = (name: string) => ({ namespace: "default", name });
const parts = (app: string, image: string) => ({
  selector: { matchLabels: { app } },
  template: { metadata: { name: "", labels: { app } }, spec: { containers: [{ name: "c", image }] } },
});
const running = async ({ world }: Cluster) => (await world.list(pods)).filter(podActive);
const imageOf = (pod: Awaited<ReturnType<typeof running>>[number]): string => pod.spec.containers[0]?.image ?? "";

const db = (replicas: number): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: at("db"),
  spec: {
    replicas,
    serviceName: "db",
    ...parts("db", "one"),
    persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete", whenDeleted: "Retain" },
    volumeClaimTemplates: [
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
      },
    ],
  },
});
survives("a stateful set whose claims go with pods that are too many", {
  changes: [
    ({ world }) => world.create(statefulSets, db(3)),
    ({ world }) => world.edit(statefulSets, at("db"), (old) => ({ ...old, spec: { ...old.spec, replicas: 1 } })),
    ({ world }) => world.edit(statefulSets, at("db"), (old) => ({ ...old, spec: { ...old.spec, replicas: 2 } })),
  ],
  outcome: async (cluster) => ({
    pods: inOrder(await running(cluster), ({ metadata }) => metadata.name),
    claims: (await cluster.world.list(persistentVolumeClaims)).map(
      ({ metadata }) => `${metadata.name} ${metadata.ownerReferences?.length ?? 0}`,
    ),
  }),
  expected: { pods: ["db-0", "db-1"], claims: ["data-db-0 0", "data-db-1 0"] },
});

const agent: DaemonSet = {
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: at("agent"),
  spec: parts("agent", "one"),
};
survives("a daemon set while nodes come and go", {
  changes: [
    ({ world }) => world.create(daemonSets, agent),
    async ({ world }) => {
      await addNode(world, "n3");
      await world.client.resource(nodes).delete({ name: "n2" }, {}, world.signal);
    },
  ],
  peaceSeconds: 120,
  outcome: async (cluster) => ({
    pods: inOrder(await running(cluster), ({ spec }) => spec.nodeName ?? "none"),
    status: (await cluster.world.get(daemonSets, at("agent"))).status,
  }),
  expected: {
    pods: ["n1", "n3"],
    status: expect.objectContaining({ desiredNumberScheduled: 2, numberAvailable: 2, numberMisscheduled: 0 }),
  },
});

const web = (image: string, spec: Partial<Deployment["spec"]> = {}): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: at("web"),
  spec: { replicas: 2, ...parts("web", image), ...spec },
});
const change = ({ world }: Cluster, next: Deployment) =>
  world.edit(deployments, at("web"), (old) => ({ ...old, spec: next.spec }));
const recreate = { strategy: { type: "Recreate" } } as const;
survives("a deployment whose old pods go before new ones come", {
  changes: [
    ({ world }) => world.create(deployments, web("one", recreate)),
    (cluster) => change(cluster, web("two", recreate)),
  ],
  always: async (cluster) => {
    expect(new Set((await cluster.world.list(pods)).map(imageOf)).size).toBeLessThanOrEqual(1);
  },
  outcome: async (cluster) => inOrder(await running(cluster), imageOf),
  expected: ["two", "two"],
});

survives("a deployment that is held in the middle of a rollout, scaled, and goes on to yet another template", {
  changes: [
    ({ world }) => world.create(deployments, web("one")),
    (cluster) => change(cluster, web("two", { paused: true, replicas: 3 })),
    (cluster) => change(cluster, web("three", { replicas: 3 })),
  ],
  always: async (cluster) => {
    expect((await running(cluster)).map(imageOf)).not.toContain("two");
  },
  outcome: async (cluster) => ({
    pods: inOrder(await running(cluster), imageOf),
    reasons: (await cluster.world.get(deployments, at("web"))).status?.conditions?.map(({ reason }) => reason),
  }),
  expected: {
    pods: ["three", "three", "three"],
    reasons: expect.arrayContaining(["MinimumReplicasAvailable", "NewReplicaSetAvailable"]),
  },
});
