// What is remembered of trying nodes must come to what trying them anew does, while pods and nodes come and go.
import { pick, type Random, seededRandom } from "@skates/component-base";
import { expect, it } from "vitest";
import { failureMessage } from "../framework/decision.ts";
import { Framework } from "../framework/framework.ts";
import { profileOf } from "../framework/profile.ts";
import { defaultPlugins } from "../plugins/default-plugins.ts";
import { Cluster } from "../snapshot/cluster.ts";
import { type PodInfo, podInfoOf } from "../snapshot/pod-info.ts";
import { testNode, testPod } from "../testing/objects.ts";
import { planPreemption, type PreemptionPlan } from "./plan-preemption.ts";
import { TrialCache } from "./trial-cache.ts";

const profile = profileOf("default-scheduler", defaultPlugins());

function randomNode(random: Random, name: string) {
  const taints = pick(random, 8) === 0 ? { spec: { taints: [{ key: "x", effect: "NoSchedule" as const }] } } : {};
  return testNode(name, { allocatable: { cpu: String(2 + pick(random, 3)) }, ...taints });
}

function lesser(random: Random, name: string): PodInfo {
  const pod = testPod(name, { priority: pick(random, 12), requests: { cpu: `${500 + pick(random, 6) * 250}m` } });
  return podInfoOf({ ...pod, status: { startTime: `2026-01-01T00:${10 + pick(random, 50)}:00Z` } });
}

/** What matters of a plan: who does the least harm is not told apart from who does as little. */
const essence = (plan: PreemptionPlan): unknown => ("best" in plan ? plan.best.harms : plan.message);

it.each([1, 2, 3, 4, 5, 6])(
  "comes to the same, seed %i",
  (seed) => {
    const random = seededRandom(seed);
    const cluster = new Cluster();
    const framework = new Framework({ profile, snapshot: cluster, random });
    const trials = new TrialCache();
    const here: string[] = [];
    const fill = (name: string): void => {
      for (let i = 0; i < 4; i++) {
        const info = lesser(random, `${name}-${i}-${pick(random, 1e6)}`);
        const node = cluster.node(name);
        if (node === undefined || node.allocatable.milliCpu - node.requested.milliCpu < info.requests.milliCpu)
          continue;
        cluster.setPod(info, name);
        here.push(info.uid);
      }
    };
    for (let i = 0; i < 30; i++) {
      cluster.setNode(randomNode(random, `n${i}`));
      fill(`n${i}`);
    }
    const options = { filters: profile.plugins.filter, snapshot: cluster, budgets: [] };
    const outcomes = new Set<string>();
    for (let step = 0; step < 250; step++) {
      const name = `n${pick(random, 36)}`;
      const dice = pick(random, 10);
      if (dice === 0) cluster.setNode(randomNode(random, name));
      else if (dice === 1) cluster.removeNode(name);
      else if (dice < 4) fill(name);
      else if (dice === 4) cluster.removePod(here.splice(pick(random, here.length), 1)[0] ?? "");
      const pod = podInfoOf(
        testPod(`high-${step}`, {
          priority: 5 + 4 * pick(random, 2),
          requests: { cpu: pick(random, 4) === 0 ? "9" : "2" },
        }),
      );
      const decision = framework.decide(pod);
      if ("node" in decision) {
        cluster.assume(pod, decision.node.name);
        here.push(pod.uid);
        continue;
      }
      const { failure } = decision;
      // A framework without memory says the same of why the pod does not fit.
      const fresh = new Framework({ profile, snapshot: cluster, random: seededRandom(1) }).decide(pod);
      expect("failure" in fresh ? failureMessage(fresh.failure) : "fits").toBe(failureMessage(failure));
      const remembered = planPreemption(pod, failure, { ...options, random: seededRandom(step), trials });
      const anew = planPreemption(pod, failure, { ...options, random: seededRandom(step) });
      expect(essence(remembered), `step ${step}`).toEqual(essence(anew));
      outcomes.add("best" in remembered ? "best" : "message");
      if (!("best" in remembered)) continue;
      const { node, victims } = remembered.best;
      cluster.nominate(pod, node.name);
      if (pick(random, 3) === 0) continue; // it is still awaited
      for (const victim of victims) cluster.removePod(victim.uid);
      cluster.assume(pod, node.name);
      here.push(pod.uid);
    }
    expect(outcomes).toEqual(new Set(["best", "message"]));
  },
  60_000,
);
