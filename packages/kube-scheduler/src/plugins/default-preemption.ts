import type { DefaultPreemptionArgs } from "@skates/api/kubescheduler/v1";
import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import type { Random } from "@skates/component-base";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { SchedulerMetrics } from "../metrics.ts";
import { type Candidate, leastHarm } from "../preemption/candidate.ts";
import type { PostFilterPlan } from "../preemption/post-filter-plan.ts";
import { type EvictionOptions, evictVictims } from "../preemption/evict-victims.ts";
import { TrialCache } from "../preemption/trial-cache.ts";
import { planPreemption, withNewest } from "../preemption/plan-preemption.ts";

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
      const planFor = (best: Candidate | undefined): PostFilterPlan => {
        if (best === undefined) return said("no candidate node for preemption", true);
        const candidate = withNewest(best);
        return {
          nominatedNode: candidate.node.name,
          displaced: snapshot
            .nominatedOn(candidate.node.name)
            .filter((other) => other.uid !== pod.uid && other.priority < pod.priority),
          act: async (signal) => {
            metrics.preemptionVictims.observe([], candidate.victims.length);
            const startMs = options.clock.monotonicMs();
            let result = "error";
            try {
              await evictVictims(options, { pod, candidate, by: plugin }, signal);
              result = "success";
            } finally {
              metrics.preemptionSeconds.observe([result], (options.clock.monotonicMs() - startMs) / 1000);
              metrics.preemptionExecutions.inc([result]);
            }
          },
        };
      };
      if ("message" in plan) return said(plan.message, plan.withdraw);
      return {
        ...planFor(plan.best),
        choice: {
          candidates: () => plan.candidates().map(withNewest),
          plan: (candidates) => planFor(leastHarm(candidates)),
        },
      };
    },
  };
  return plugin;
}

/** `withdraw`: an earlier nomination is void. */
function said(message: string, withdraw: boolean): PostFilterPlan {
  return { message: `preemption: ${message}`, ...(withdraw ? { nominatedNode: "" } : {}) };
}
