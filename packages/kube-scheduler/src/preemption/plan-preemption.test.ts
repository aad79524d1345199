// Which node is cleared of whom for a pod that fits nowhere, and what is said where nobody is.
import type { Pod } from "@skates/api/core/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import { seededRandom } from "@skates/component-base";
import { describe, expect, it } from "vitest";
import { failureMessage } from "../framework/decision.ts";
import { Framework } from "../framework/framework.ts";
import { profileOf } from "../framework/profile.ts";
import { defaultPlugins } from "../plugins/default-plugins.ts";
import type { Cluster } from "../snapshot/cluster.ts";
import { podInfoOf } from "../snapshot/pod-info.ts";
import { clusterOf } from "../testing/ask.ts";
import { testNode, testPod, type TestPod } from "../testing/objects.ts";
import { planPreemption } from "./plan-preemption.ts";

const profile = profileOf("default-scheduler", defaultPlugins());

/** `n1 without a, b`, or the message. */
function preempt(pod: Pod, cluster: Cluster, budgets: readonly PodDisruptionBudget[] = []): string {
  const info = podInfoOf(pod);
  const decision = new Framework({ profile, snapshot: cluster, random: seededRandom(1) }).decide(info);
  if ("node" in decision) return `fits on ${decision.node.name}`;
  const plan = planPreemption(info, decision.failure, {
    filters: profile.plugins.filter,
    snapshot: cluster,
    budgets,
    random: seededRandom(1),
  });
  if ("message" in plan) return failureMessage(decision.failure, `preemption: ${plan.message}`);
  const { node, victims } = plan.best;
  return `${node.name} without ${victims.map((victim) => victim.pod.metadata.name).join(", ")}`;
}

const small = (name: string) => testNode(name, { allocatable: { cpu: "1" } });
const on = (nodeName: string, name: string, priority: number, cpu = "500m", change: TestPod = {}): Pod =>
  testPod(name, { ...change, nodeName, priority, requests: { cpu } });
const important = (cpu = "1", change: TestPod = {}): Pod =>
  testPod("important", { priority: 10, requests: { cpu }, ...change });

describe("preemption", () => {
  it("takes no more than needed, the least important first", () => {
    const pods = [on("n1", "a", 1, "300m"), on("n1", "b", 2, "300m"), on("n1", "c", 3, "300m")];
    expect(preempt(important("400m"), clusterOf([small("n1")], pods))).toBe("n1 without a");
    expect(preempt(important("700m"), clusterOf([small("n1")], pods))).toBe("n1 without b, a");
  });

  it("goes where the least harm is done", () => {
    const nodes = ["n1", "n2", "n3"].map(small);
    // The highest victim counts before the number of victims.
    const byHighest = [on("n1", "a", 5, "1"), on("n2", "b", 4), on("n2", "c", 4), on("n3", "d", 9, "1")];
    expect(preempt(important(), clusterOf(nodes, byHighest))).toBe("n2 without b, c");
    // Then their sum, in which every further victim counts.
    const bySum = [on("n1", "a", 4), on("n1", "b", 4), on("n2", "c", 4, "1"), on("n3", "d", 4), on("n3", "e", 0)];
    expect(preempt(important(), clusterOf(nodes, bySum))).toBe("n2 without c");
    // Then who began last.
    const started = (name: string, node: string, startTime: string): Pod => ({
      ...on(node, name, 4, "1"),
      status: { startTime },
    });
    const byStart = [
      started("old", "n1", "2026-01-01T00:00:00Z"),
      started("new", "n2", "2026-01-03T00:00:00Z"),
      started("mid", "n3", "2026-01-02T00:00:00Z"),
    ];
    expect(preempt(important(), clusterOf(nodes, byStart))).toBe("n2 without new");
  });

  it("spares pods that a disruption budget protects", () => {
    const guarded = { labels: { app: "guarded" } };
    const pods = [on("n1", "a", 1, "1", guarded), on("n2", "b", 5, "1")];
    const budget = (disruptionsAllowed: number): PodDisruptionBudget => ({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "guard", namespace: "default" },
      spec: { selector: { matchLabels: { app: "guarded" } } },
      status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
    });
    const cluster = clusterOf([small("n1"), small("n2")], pods);
    expect(preempt(important(), cluster, [budget(1)])).toBe("n1 without a");
    expect(preempt(important(), cluster, [budget(0)])).toBe("n2 without b");
    expect(preempt(important(), clusterOf([small("n1")], pods), [budget(0)])).toBe("n1 without a");
  });

  it("counts on pods that are to come to the node", () => {
    const cluster = clusterOf(
      [testNode("n1", { allocatable: { cpu: "2" } })],
      [on("n1", "a", 1, "1"), on("n1", "b", 2, "1")],
    );
    cluster.nominate(podInfoOf(testPod("other", { priority: 10, requests: { cpu: "1" } })), "n1");
    expect(preempt(important(), cluster)).toBe("n1 without b, a");
  });

  it("sees to affinities too", () => {
    const apart = {
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { app: "a" } } },
          ],
        },
      },
    };
    const cluster = clusterOf(
      [small("n1")],
      [on("n1", "a", 1, "100m", { labels: { app: "a" } }), on("n1", "b", 1, "100m")],
    );
    expect(preempt(important("100m", { spec: { ...apart } }), cluster)).toBe("n1 without a");
  });

  it("says why it does not help", () => {
    const nodes = [small("n1"), small("n2"), testNode("n3", { spec: { unschedulable: true } })];
    const pods = [on("n1", "a", 10), on("n2", "b", 1, "200m"), on("n2", "c", 20, "700m")];
    expect(preempt(important(), clusterOf(nodes, pods))).toBe(
      "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. preemption: 0/3 nodes are available: 1 Insufficient cpu, 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.",
    );
    expect(preempt(important("2"), clusterOf([small("n1")], pods))).toBe(
      "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
    );
    expect(preempt(important("1", { spec: { preemptionPolicy: "Never" } }), clusterOf([small("n1")], pods))).toBe(
      "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to preemptionPolicy=Never.",
    );
  });

  it("waits for victims that are leaving", () => {
    const leaving = on("n1", "a", 1, "1");
    const cluster = clusterOf(
      [small("n1")],
      [{ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } }],
    );
    cluster.nominate(podInfoOf(important()), "n1");
    expect(preempt(important(), cluster)).toBe(
      "0/1 nodes are available: 1 Insufficient cpu. preemption: not eligible due to a terminating pod on the nominated node.",
    );
  });
});

describe("a nomination", () => {
  const nodes = [small("n1"), small("n2")];
  it("keeps the place from others that are no more important", () => {
    const cluster = clusterOf(nodes, [on("n2", "b", 100, "1")]);
    cluster.nominate(podInfoOf(important()), "n1");
    expect(preempt(testPod("equal", { priority: 10, requests: { cpu: "1" } }), cluster)).toMatch(
      /^0\/2 nodes are available: 2 Insufficient cpu\./,
    );
    expect(preempt(testPod("higher", { priority: 11, requests: { cpu: "1" } }), cluster)).toBe("fits on n1");
  });
  it("is where the pod itself goes, though another node would suit it better", () => {
    const cluster = clusterOf([small("n1"), testNode("large")]);
    cluster.nominate(podInfoOf(important("500m")), "n1");
    expect(preempt(important("500m"), cluster)).toBe("fits on n1");
  });
});
