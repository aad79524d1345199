// Who owns what stays clear through every fault: managers with the same selector, pods of others, managers that are deleted and come
// again, orphans.
import { type Deployment, deployments, type ReplicaSet, replicaSets } from "@skates/api/apps/v1";
import { type ConfigMap, configMaps, type Pod, pods } from "@skates/api/core/v1";
import { controllerOf } from "@skates/controller-runtime";
import { podActive } from "../pod/pod-state.ts";
import type { Cluster } from "./cluster.ts";
import { inOrder, survives } from "./survival.ts";

const at = (name: string) => ({ namespace: "default", name });
const selector = { matchLabels: { app: "web" } };
const template = { metadata: { name: "", labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "i" }] } };
const web: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: at("web"),
  spec: { replicas: 2, selector, template },
};
const set = (name: string, replicas: number): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: at(name),
  spec: { replicas, selector, template },
});
const loose = (name: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...at(name), labels: { app: "web" } },
  spec: template.spec,
});
const owner: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: at("owner") };

/** Pods that run, by who manages them. */
async function owners({ world }: Cluster): Promise<readonly string[]> {
  const all = (await world.list(pods)).filter(podActive);
  return inOrder(all, (pod) => {
    const manager = controllerOf(pod);
    return manager === undefined ? pod.metadata.name : manager.kind === "ReplicaSet" ? "a set" : manager.name;
  });
}

survives("a deployment that is deleted without its pods", {
  changes: [
    ({ world }) => world.create(deployments, web),
    ({ world }) => world.client.resource(deployments).delete(at("web"), { propagationPolicy: "Orphan" }, world.signal),
  ],
  outcome: async (cluster) => {
    const sets = await cluster.world.list(replicaSets);
    return {
      deployments: await cluster.world.list(deployments),
      sets: sets.map(({ metadata, status }) => [metadata.ownerReferences, status?.readyReplicas]),
      pods: await owners(cluster),
    };
  },
  expected: { deployments: [], sets: [[undefined, 2]], pods: ["a set", "a set"] },
});

survives("a deployment that is deleted and made again", {
  changes: [
    ({ world }) => world.create(deployments, web),
    async ({ world }) => {
      await world.client.resource(deployments).delete(at("web"), { propagationPolicy: "Background" }, world.signal);
      await world.create(deployments, web);
    },
  ],
  peaceSeconds: 120,
  outcome: async (cluster) => {
    const { metadata, status } = await cluster.world.get(deployments, at("web"));
    const sets = await cluster.world.list(replicaSets);
    return {
      ours: sets.map((one) => controllerOf(one)?.uid === metadata.uid),
      pods: await owners(cluster),
      available: status?.availableReplicas,
    };
  },
  expected: { ours: [true], pods: ["a set", "a set"], available: 2 },
});

survives("two sets with one selector, and a pod of somebody else", {
  changes: [
    async ({ world }) => {
      const { metadata } = await world.create(configMaps, owner);
      const reference = {
        apiVersion: "v1",
        kind: "ConfigMap",
        name: "owner",
        uid: metadata.uid ?? "",
        controller: true,
      };
      const foreign = loose("foreign");
      await world.create(pods, { ...foreign, metadata: { ...foreign.metadata, ownerReferences: [reference] } });
      await world.create(replicaSets, set("one", 2));
      await world.create(replicaSets, set("two", 1));
    },
    // Two pods that nobody manages: whoever takes them, then has too many.
    async ({ world }) => {
      await world.create(pods, loose("stray-1"));
      await world.create(pods, loose("stray-2"));
    },
  ],
  outcome: async (cluster) => ({
    pods: await owners(cluster),
    sizes: inOrder(await cluster.world.list(replicaSets), ({ status }) => String(status?.readyReplicas)),
  }),
  expected: { pods: ["a set", "a set", "a set", "owner"], sizes: ["1", "2"] },
  without: { "pods vanish before the writes of a plan": "nobody makes the foreign pod anew" },
});

survives("a pod that is taken out of its set", {
  changes: [
    ({ world }) => world.create(replicaSets, set("one", 2)),
    async ({ world }) => {
      const [first] = (await world.list(pods)).filter(podActive);
      if (first === undefined) throw new Error("no pod");
      await world.edit(pods, first.metadata, (pod) => ({
        ...pod,
        metadata: { ...pod.metadata, labels: { app: "debug" } },
      }));
    },
  ],
  outcome: async ({ world }) =>
    inOrder((await world.list(pods)).filter(podActive), (pod) => {
      return `${pod.metadata.labels?.["app"]} ${controllerOf(pod)?.kind}`;
    }),
  expected: ["debug undefined", "web ReplicaSet", "web ReplicaSet"],
  without: { "pods vanish before the writes of a plan": "nobody makes the pod anew that was taken out" },
});
