import type { Pod } from "@skates/api/core/v1";
import { type PodDisruptionBudget, podDisruptionBudgets } from "@skates/api/policy/v1";
import { forbiddenRequest, formatTime, StatusError } from "@skates/apimachinery";

/** As upstream spells the resource in these refusals. */
const SUBJECT = { ...podDisruptionBudgets, plural: "poddisruptionbudget" };
/** Evictions that the budget's controller has not seen yet. */
const PENDING_EVICTIONS_MAX = 2000;
const ALLOWED = "DisruptionAllowed";

/** What a budget says to an eviction: it does not count, or it counts and the budget's status becomes this. */
export type Verdict = { readonly counts: false } | { readonly counts: true; readonly next: PodDisruptionBudget };

/** Throws TooManyRequests or Forbidden, worded as upstream does, when the budget does not let the pod go. */
export function askBudget(budget: PodDisruptionBudget, pod: Pod, nowMs: number): Verdict {
  const { spec, status } = budget;
  const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
  if (!isReady(pod)) {
    // A pod that is not healthy is not among those that the budget protects.
    if (spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return { counts: false };
    if (desiredHealthy > 0 && currentHealthy >= desiredHealthy) return { counts: false };
  }
  return { counts: true, next: withOneLess(budget, pod.metadata.name, nowMs) };
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true;
}

function withOneLess(budget: PodDisruptionBudget, pod: string, nowMs: number): PodDisruptionBudget {
  const { metadata } = budget;
  const { status } = budget;
  if (status === undefined || (status.observedGeneration ?? 0) < (metadata.generation ?? 0)) {
    throw refused(`The disruption budget ${metadata.name} is still being processed by the server.`, 10);
  }
  const { disruptionsAllowed = 0, disruptedPods = {} } = status;
  if (disruptionsAllowed < 0) throw forbiddenRequest(SUBJECT, metadata.name, "pdb disruptions allowed is negative");
  if (Object.keys(disruptedPods).length > PENDING_EVICTIONS_MAX) {
    const cause = "DisruptedPods map too big - too many evictions not confirmed by PDB controller";
    throw forbiddenRequest(SUBJECT, metadata.name, cause);
  }
  if (disruptionsAllowed === 0) throw refused(whyNone(budget), 0);
  const left = disruptionsAllowed - 1;
  const now = formatTime(nowMs);
  return {
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: left,
      disruptedPods: { ...disruptedPods, [pod]: now },
      conditions: left === 0 ? insufficient(status, now) : status.conditions,
    },
  };
}

type BudgetStatus = NonNullable<PodDisruptionBudget["status"]>;

function insufficient({ conditions = [], observedGeneration }: BudgetStatus, now: string): BudgetStatus["conditions"] {
  const known = conditions.find(({ type }) => type === ALLOWED);
  const next = {
    type: ALLOWED,
    status: "False" as const,
    reason: "InsufficientPods",
    message: "",
    observedGeneration,
    lastTransitionTime: known?.status === "False" ? known.lastTransitionTime : now,
  };
  return known === undefined ? [...conditions, next] : conditions.map((one) => (one === known ? next : one));
}

function whyNone({ metadata, status }: PodDisruptionBudget): string {
  const told = status?.conditions?.find(({ type }) => type === ALLOWED);
  const why = told?.status === "False" && told.message !== "" ? told : undefined;
  const refusal = `The disruption budget ${metadata.name} does not allow evicting pods currently`;
  if (why?.reason === "SyncFailed") return `${refusal} because it failed sync: ${why.message}`;
  const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  return why === undefined ? refusal : `${refusal} (${why.reason}): ${why.message}`;
}

function refused(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError("TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    details: {
      causes: [{ reason: "DisruptionBudget", message }],
      ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
    },
  });
}
