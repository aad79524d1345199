// Budgets keep their account through every fault; those that contradict each other let nobody go, and say so.
import { type Deployment, deployments } from "@skates/api/apps/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import { type Eviction, type PodDisruptionBudget, podDisruptionBudgets } from "@skates/api/policy/v1";
import { messageOf } from "@skates/component-base";
import { podActive, podReady } from "../pod/pod-state.ts";
import type { Cluster } from "./cluster.ts";
import { inOrder, survives } from "./survival.ts";

const at = (name: string) => ({ namespace: "default", name });
const selector = { matchLabels: { app: "web" } };
const web: Deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: at("web"),
  spec: {
    replicas: 3,
    selector,
    template: { metadata: { name: "", labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "i" }] } },
  },
};
const budget = (name: string, spec: NonNullable<PodDisruptionBudget["spec"]>): PodDisruptionBudget => ({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: at(name),
  spec: { selector, ...spec },
});

/** Asks to evict every pod at once; says how often that was refused, and in which words. */
async function evictAll({ world }: Cluster): Promise<readonly string[]> {
  const refusals: string[] = [];
  for (const { metadata } of await world.list(pods)) {
    const eviction: Eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: at(metadata.name) };
    const evictions = world.client.resource<Pod>(pods).sub("eviction");
    await evictions.create(metadata, eviction, {}, world.signal).catch((error: unknown) => {
      refusals.push(messageOf(error)); // also that nobody has looked at the budget yet, however often it was asked
    });
  }
  return refusals;
}

const shown = async ({ world }: Cluster) => ({
  pods: inOrder((await world.list(pods)).filter(podActive), (pod) => `ready ${podReady(pod)}`),
  budgets: (await world.list(podDisruptionBudgets)).map(({ status }) => {
    const { disruptionsAllowed = 0, currentHealthy, desiredHealthy, expectedPods, disruptedPods } = status ?? {};
    const [condition] = status?.conditions ?? [];
    return `${disruptionsAllowed} of ${currentHealthy}/${desiredHealthy}/${expectedPods} ${condition?.reason} ${Object.keys(disruptedPods ?? {})}`;
  }),
});

survives("a budget while pods are evicted", {
  changes: [
    async ({ world }) => {
      await world.create(deployments, web);
      await world.create(podDisruptionBudgets, budget("two", { minAvailable: 2 }));
    },
    evictAll,
    evictAll,
  ],
  outcome: shown,
  expected: { pods: ["ready true", "ready true", "ready true"], budgets: ["1 of 3/2/3 SufficientPods "] },
});

survives("budgets that contradict each other", {
  changes: [
    async ({ world }) => {
      await world.create(deployments, web);
      await world.create(podDisruptionBudgets, budget("all", { maxUnavailable: 0 }));
      await world.create(podDisruptionBudgets, budget("some", { maxUnavailable: "50%" }));
    },
  ],
  outcome: async (cluster) => {
    const refused = new Set(await evictAll(cluster));
    return { ...(await shown(cluster)), refused: [...refused] };
  },
  expected: {
    pods: ["ready true", "ready true", "ready true"],
    budgets: ["0 of 3/3/3 InsufficientPods ", "2 of 3/1/3 SufficientPods "],
    refused: ["This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."],
  },
});
