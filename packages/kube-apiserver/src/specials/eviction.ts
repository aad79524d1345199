import { type Pod, pods } from "@skates/api/core/v1";
import { Eviction, podDisruptionBudgets, type PodDisruptionBudget } from "@skates/api/policy/v1";
import { badRequest, conflict, formatTime, isStatus, labelSelector, notFound, StatusError } from "@skates/apimachinery";
import type { SpecialCall, SpecialHandler } from "@skates/apiserver";
import type { Client, DeleteCall } from "@skates/client";
import { success } from "./answer.ts";
import { askBudget } from "./disruption-budget.ts";

/** A budget that somebody else changed meanwhile is asked again so often. */
const ATTEMPTS = 20;

/** `pods/eviction`: a deletion that respects disruption budgets. Without a controller that keeps its status a budget refuses. */
export function evictionHandler(client: Client): SpecialHandler {
  return {
    group: "",
    resource: "pods",
    subresource: "eviction",
    verbs: ["create"],
    async handle(call) {
      const { namespace, name } = call.route;
      const sent = await call.read<Eviction>(Eviction);
      if (sent.metadata.name !== "" && sent.metadata.name !== name) {
        throw badRequest("name in URL does not match name in Eviction object");
      }
      const eviction = await call.admit<Eviction>("CREATE", {
        ...sent,
        metadata: { ...sent.metadata, name, namespace },
      });
      const pod = await call.registry.get<Pod>(pods, { namespace, name }, call.signal);
      if (pod === undefined) throw notFound(pods, name);
      const { apiVersion: _, kind: __, ...options } = eviction.deleteOptions ?? { apiVersion: "", kind: "" };
      const dryRun = call.dryRun || (options.dryRun?.length ?? 0) > 0;
      if (!endsAnyway(pod)) await countEviction(call, { client, pod, dryRun });
      if (!dryRun) await evict(call, { client, pod, options });
      return success();
    },
  };
}

/** Such a pod counts for no budget. */
function endsAnyway({ metadata, status }: Pod): boolean {
  const phase = status?.phase;
  return phase === "Succeeded" || phase === "Failed" || phase === "Pending" || metadata.deletionTimestamp !== undefined;
}

interface Evicted {
  readonly client: Client;
  readonly pod: Pod;
}

/** Takes the eviction from the budget that selects the pod, if any. Throws when the budget does not allow it. */
async function countEviction(
  call: SpecialCall,
  { client, pod, dryRun }: Evicted & { readonly dryRun: boolean },
): Promise<void> {
  const { namespace } = call.route;
  const [budget, another] = call.registry
    .cachedList<PodDisruptionBudget>(podDisruptionBudgets, namespace)
    .filter(({ spec }) => selects(spec, pod));
  if (budget === undefined) return;
  if (another !== undefined) {
    const message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    throw new StatusError("", message, { code: 500 });
  }
  const key = { namespace, name: budget.metadata.name };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const current = await call.registry.get<PodDisruptionBudget>(podDisruptionBudgets, key, call.signal);
    if (current === undefined) return;
    const verdict = askBudget(current, pod, call.nowMs);
    if (!verdict.counts || dryRun) return;
    try {
      await client.resource(podDisruptionBudgets).updateStatus(verdict.next, {}, call.signal);
      return;
    } catch (error) {
      if (!isStatus(error, "Conflict")) throw error;
    }
  }
  throw conflict(podDisruptionBudgets, key.name);
}

function selects(spec: PodDisruptionBudget["spec"], pod: Pod): boolean {
  return spec?.selector !== undefined && labelSelector(spec.selector).matches(pod.metadata.labels);
}

/** Says in the pod's status why it goes, then deletes it. */
async function evict(
  call: SpecialCall,
  { client, pod, options }: Evicted & { readonly options: DeleteCall },
): Promise<void> {
  const { namespace, name } = call.route;
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastTransitionTime: formatTime(call.nowMs),
  };
  const { uid } = pod.metadata;
  const body = { metadata: { uid }, status: { conditions: [condition] } };
  await client.resource(pods).sub("status").patch({ namespace, name }, { type: "strategic", body }, {}, call.signal);
  const preconditions = { ...options.preconditions, uid: options.preconditions?.uid ?? uid };
  await client.resource(pods).delete({ namespace, name }, { ...options, preconditions }, call.signal);
}
