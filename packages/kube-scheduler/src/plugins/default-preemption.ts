import type { DefaultPreemptionArgs } from "@skates/api/kubescheduler/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import type { Random } from "@skates/component-base";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { SchedulerMetrics } from "../metrics.ts";
import { type EvictionOptions, evictVictims } from "../preemption/evict-victims.ts";
import { TrialCache } from "../preemption/trial-cache.ts";
import { planPreemption } from "../preemption/plan-preemption.ts";

export interface PreemptionOptions extends EvictionOptions {
  readonly metrics: SchedulerMetrics;
  readonly random: Random;
  readonly budgets: () => readonly PodDisruptionBudget[];
}

/** Makes room for a pod where less important ones can give way. */
export function defaultPreemption(
  options: PreemptionOptions,
  args: Partial<DefaultPreemptionArgs> = {},
): SchedulerPlugin {
  const { metrics, random, budgets } = options;
  const trials = new TrialCache();
  const plugin: SchedulerPlugin = {
    name: "DefaultPreemption",
    // A pod that gave up its node for another.
    wakes: [{ on: ["NodeAdded", "NodeAllocatableChanged", "NodeTaintsChanged", "AssignedPodDeleted"] }],
    postFilter({ pod, failure, snapshot, filters }) {
      if (failure.nodeCount === 0) return undefined;
      metrics.preemptionAttempts.inc([]);
      const plan = planPreemption(pod, failure, { filters, snapshot, budgets: budgets(), random, args, trials });
      if ("message" in plan) return { message: plan.message, ...(plan.withdraw ? { nominatedNode: "" } : {}) };
      const { candidate } = plan;
      metrics.preemptionVictims.observe([], candidate.victims.length);
      return {
        nominatedNode: candidate.node.name,
        displaced: snapshot
          .nominatedOn(candidate.node.name)
          .filter((other) => other.uid !== pod.uid && other.priority < pod.priority),
        victims: candidate.victims,
        violations: candidate.violations,
        act: (signal) => evictVictims(options, { pod, candidate, by: plugin }, signal),
      };
    },
  };
  return plugin;
}
