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
      const { apiVersion: _, kind: __, ...options } = eviction.deleteOptions ?? { apiVersion: "", kind: "" };
      const dryRun = call.dryRun || (options.dryRun?.length ?? 0) > 0;
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        if (await evictOnce(call, { client, dryRun, options, last: attempt === ATTEMPTS })) break;
      }
      return success();
    },
  };
}

interface Attempt {
  readonly client: Client;
  readonly dryRun: boolean;
  readonly options: DeleteCall;
  /** Its conflicts are told. */
  readonly last: boolean;
}

/** False: the pod is another than the one that was looked at, so that it has to be looked at again. */
async function evictOnce(call: SpecialCall, { client, dryRun, options, last }: Attempt): Promise<boolean> {
  const { namespace, name } = call.route;
  const pod = await call.registry.get<Pod>(pods, { namespace, name }, call.signal);
  if (pod === undefined) throw notFound(pods, name);
  const unguarded = ignoresBudgets(pod) ? begins(pod) : !(await countEviction(call, { client, pod, dryRun }));
  if (dryRun) return true;
  try {
    await evict(call, { client, pod, options: unguarded ? unchanged(pod, options) : options });
    return true;
  } catch (error) {
    const again = unguarded && !last && options.preconditions?.resourceVersion === undefined;
    if (again && isStatus(error, "Conflict")) return false;
    throw error;
  }
}

/** True if the pod may count for a budget soon. */
function begins({ metadata, status }: Pod): boolean {
  return status?.phase === "Pending" && metadata.deletionTimestamp === undefined;
}

/** Such a pod counts for no budget. */
function ignoresBudgets({ metadata, status }: Pod): boolean {
  const phase = status?.phase;
  return phase === "Succeeded" || phase === "Failed" || phase === "Pending" || metadata.deletionTimestamp !== undefined;
}

interface Evicted {
  readonly client: Client;
  readonly pod: Pod;
}

/** Only the pod that was looked at may go: it could have begun to count meanwhile. */
function unchanged(pod: Pod, options: DeleteCall): DeleteCall {
  const resourceVersion = options.preconditions?.resourceVersion ?? pod.metadata.resourceVersion;
  return { ...options, preconditions: { ...options.preconditions, resourceVersion } };
}

/**
 * Takes the eviction from the budget that selects the pod, if any. Throws when the budget does not allow it. False: the budget lets the
 * pod go because it is not healthy.
 */
async function countEviction(
  call: SpecialCall,
  { client, pod, dryRun }: Evicted & { readonly dryRun: boolean },
): Promise<boolean> {
  const { namespace } = call.route;
  const [budget, another] = call.registry
    .cachedList<PodDisruptionBudget>(podDisruptionBudgets, namespace)
    .filter(({ spec }) => selects(spec, pod));
  if (budget === undefined) return true;
  if (another !== undefined) {
    const message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    throw new StatusError("", message, { code: 500 });
  }
  const key = { namespace, name: budget.metadata.name };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const current = await call.registry.get<PodDisruptionBudget>(podDisruptionBudgets, key, call.signal);
    if (current === undefined) return true;
    const verdict = askBudget(current, pod, call.nowMs);
    if (!verdict.counts || dryRun) return verdict.counts;
    try {
      await client.resource(podDisruptionBudgets).updateStatus(verdict.next, {}, call.signal);
      return true;
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
  const uid = options.preconditions?.uid ?? pod.metadata.uid;
  const { resourceVersion } = options.preconditions ?? {};
  const body = { metadata: { uid, resourceVersion }, status: { conditions: [condition] } };
  const status = client.resource(pods).sub("status");
  const told = await status.patch<Pod>({ namespace, name }, { type: "strategic", body }, {}, call.signal);
  const next = resourceVersion === undefined ? undefined : told.metadata.resourceVersion;
  const preconditions = { uid, resourceVersion: next };
  await client.resource(pods).delete({ namespace, name }, { ...options, preconditions }, call.signal);
}
