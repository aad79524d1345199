import { type Pod, pods } from "@skates/api/core/v1";
import { Eviction, podDisruptionBudgets, type PodDisruptionBudget } from "@skates/api/policy/v1";
import { labelSelector, notFound, StatusError } from "@skates/apimachinery";
import type { SpecialHandler } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { success } from "./answer.ts";

/**
 * `pods/eviction`: a deletion that respects disruption budgets. While there is no controller that keeps their counts, a budget that
 * selects the pod refuses, as upstream does for a budget that was not reconciled yet.
 */
export function evictionHandler(client: Client): SpecialHandler {
  return {
    group: "",
    resource: "pods",
    subresource: "eviction",
    verbs: ["create"],
    async handle(call) {
      const { namespace, name } = call.route;
      const eviction = await call.read<Eviction>(Eviction);
      const pod = await call.registry.get<Pod>(pods, { namespace, name }, call.signal);
      if (pod === undefined) throw notFound(pods, name);
      if (!endsAnyway(pod)) {
        const budgets = call.registry.cachedList<PodDisruptionBudget>(podDisruptionBudgets, namespace);
        const budget = budgets.find(({ spec }) => selects(spec, pod));
        if (budget !== undefined) throw disruptionRefused(budget.metadata.name);
      }
      if (!call.dryRun) {
        const {
          apiVersion: _version,
          kind: _kind,
          ...options
        } = eviction.deleteOptions ?? { apiVersion: "", kind: "" };
        const preconditions = { ...options.preconditions, uid: options.preconditions?.uid ?? pod.metadata.uid };
        await client.resource(pods).delete({ namespace, name }, { ...options, preconditions }, call.signal);
      }
      return success();
    },
  };
}

/** Such a pod counts for no budget. */
function endsAnyway({ metadata, status }: Pod): boolean {
  const phase = status?.phase;
  return phase === "Succeeded" || phase === "Failed" || phase === "Pending" || metadata.deletionTimestamp !== undefined;
}

function selects(spec: PodDisruptionBudget["spec"], pod: Pod): boolean {
  return spec?.selector !== undefined && labelSelector(spec.selector).matches(pod.metadata.labels);
}

function disruptionRefused(budget: string): StatusError {
  const message = `The disruption budget ${budget} is still being processed by the server.`;
  return new StatusError("TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    details: { causes: [{ reason: "DisruptionBudget", message }], retryAfterSeconds: 10 },
  });
}
