import { equalValues, formatTime, intOrPercent, labelSelector, type ObjectKey, parseTime } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import { type PodDisruptionBudget, type PodDisruptionBudgetStatus, podDisruptionBudgets } from "@skates/api/policy/v1";
import { type Action, type Lister, NOTHING, type Plan, statusUpdate } from "@skates/controller-runtime";
import { renewedCondition } from "../condition.ts";
import { podReady } from "../pod/pod-state.ts";
import { selectorText } from "../selector-text.ts";
import { expectedPods, type Scales } from "./expected.ts";

/** What the plan of a budget looks at. */
export interface DisruptionView extends Scales {
  readonly budgets: Lister<PodDisruptionBudget>;
  readonly pods: Lister<Pod>;
}

/** How soon it is looked again for the sizes that the server was asked for, and after there was no count. */
const ASKED_MS = 250;
const FAILED_MS = 30_000;

/** An eviction that was granted counts for so long, even if the pod is still there. */
const EVICTION_MS = 2 * 60_000;

/** Counts how many pods of a budget may be taken away. */
export function planDisruption(view: DisruptionView, key: ObjectKey, nowMs: number): Plan {
  const budget = view.budgets.get(key);
  if (budget === undefined) return NOTHING;
  const selector = labelSelector(budget.spec?.selector);
  const pods = view.pods.matching(key.namespace, (labels) => selector.matches(labels));
  const none = pods.length === 0 ? [event(budget, "Normal", ["NoPods", "No matching pods found"])] : [];
  const wanted = wantedPods(view, budget, { pods, nowMs });
  if (wanted.waiting) return { stages: [], requeueAfterMs: ASKED_MS };
  if (wanted.problem !== undefined) return planFailure(budget, wanted.problem, nowMs);
  const evicted = evictedPods(budget, pods, nowMs);
  const healthy = pods.filter((pod) => counts(pod, evicted.pods)).length;
  const status = statusOf(budget, { ...wanted, healthy, evicted: evicted.pods }, nowMs);
  const told = wanted.unmanaged ? [event(budget, "Warning", ["UnmanagedPods", unmanagedText(budget)])] : [];
  const writes = equalValues(status, budget.status) ? [] : [statusUpdate(podDisruptionBudgets, { ...budget, status })];
  const stages = [[...none, ...told, ...evicted.events], writes];
  return {
    stages: stages.filter((stage) => stage.length > 0),
    requeueAfterMs: evicted.nextMs === undefined ? undefined : evicted.nextMs - nowMs,
  };
}

interface Wanted {
  readonly expected: number;
  readonly healthyWanted: number;
  readonly unmanaged: boolean;
  readonly waiting: boolean;
  readonly problem?: string | undefined;
}

function wantedPods(
  view: DisruptionView,
  { spec }: PodDisruptionBudget,
  { pods, nowMs }: { readonly pods: readonly Pod[]; readonly nowMs: number },
): Wanted {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable !== "string") {
    // A number needs nothing to be compared with.
    const expected = minAvailable === undefined ? 0 : pods.length;
    return { expected, healthyWanted: minAvailable ?? 0, unmanaged: false, waiting: false };
  }
  const { count, unmanaged, problem, waiting = false } = expectedPods(view, pods, nowMs);
  const healthyWanted =
    maxUnavailable === undefined
      ? intOrPercent(minAvailable ?? 0, count, true)
      : Math.max(count - intOrPercent(maxUnavailable, count, true), 0);
  return { expected: count, healthyWanted, unmanaged: unmanaged.length > 0, problem, waiting };
}

interface Evicted {
  readonly pods: ReadonlyMap<string, string>;
  readonly events: readonly Action[];
  /** When the next of them is given up. */
  readonly nextMs: number | undefined;
}

/** Pods whose eviction was granted and that are not yet going. */
function evictedPods(budget: PodDisruptionBudget, pods: readonly Pod[], nowMs: number): Evicted {
  const out = new Map<string, string>();
  const events: Action[] = [];
  let nextMs: number | undefined;
  for (const pod of pods) {
    const since = budget.status?.disruptedPods?.[pod.metadata.name];
    if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const untilMs = parseTime(since) + EVICTION_MS;
    if (untilMs < nowMs) {
      const { namespace = "", name } = budget.metadata;
      const message = `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`;
      events.push({ do: "event", about: pod, type: "Warning", reason: "NotDeleted", message });
      continue;
    }
    out.set(pod.metadata.name, since);
    nextMs = Math.min(untilMs + 1, nextMs ?? untilMs + 1);
  }
  return { pods: out, events, nextMs };
}

function counts(pod: Pod, evicted: ReadonlyMap<string, string>): boolean {
  return pod.metadata.deletionTimestamp === undefined && !evicted.has(pod.metadata.name) && podReady(pod);
}

interface Counts {
  readonly expected: number;
  readonly healthyWanted: number;
  readonly healthy: number;
  readonly evicted: ReadonlyMap<string, string>;
}

function statusOf(budget: PodDisruptionBudget, counted: Counts, nowMs: number): PodDisruptionBudgetStatus {
  const { expected, healthyWanted, healthy, evicted } = counted;
  const allowed = expected > 0 ? Math.max(healthy - healthyWanted, 0) : 0;
  const observedGeneration = budget.metadata.generation;
  const [status, reason] =
    allowed > 0 ? (["True", "SufficientPods"] as const) : (["False", "InsufficientPods"] as const);
  const lastTransitionTime = formatTime(nowMs);
  const condition = {
    type: "DisruptionAllowed",
    status,
    reason,
    message: "",
    observedGeneration,
    lastTransitionTime,
  };
  return {
    observedGeneration,
    disruptedPods: evicted.size === 0 ? undefined : Object.fromEntries(evicted),
    disruptionsAllowed: absentIfZero(allowed),
    currentHealthy: absentIfZero(healthy),
    desiredHealthy: absentIfZero(healthyWanted),
    expectedPods: absentIfZero(expected),
    conditions: renewedCondition(budget.status?.conditions ?? [], condition),
  };
}

/** Zero is absence in memory, and written as zero. */
function absentIfZero(count: number): number | undefined {
  return count === 0 ? undefined : count;
}

/** While nothing is known nothing may be taken away. */
function planFailure(budget: PodDisruptionBudget, problem: string, nowMs: number): Plan {
  const message = `Failed to calculate the number of expected pods: ${problem}`;
  const told = event(budget, "Warning", ["CalculateExpectedPodCountFailed", message]);
  const condition = {
    type: "DisruptionAllowed",
    status: "False",
    reason: "SyncFailed",
    message: problem,
    observedGeneration: budget.status?.observedGeneration,
    lastTransitionTime: formatTime(nowMs),
  } as const;
  const conditions = renewedCondition(budget.status?.conditions ?? [], condition);
  const status = { ...budget.status, disruptionsAllowed: undefined, conditions };
  // A change of what is counted leads to the next try; until then the same is not told again.
  return equalValues(status, budget.status)
    ? { stages: [], requeueAfterMs: FAILED_MS }
    : { stages: [[told], [statusUpdate(podDisruptionBudgets, { ...budget, status })]], requeueAfterMs: FAILED_MS };
}

function event(
  budget: PodDisruptionBudget,
  type: "Normal" | "Warning",
  [reason, message]: readonly [string, string],
): Action {
  return { do: "event", about: budget, type, reason, message };
}

function unmanagedText({ spec }: PodDisruptionBudget): string {
  return `Pods selected by this PodDisruptionBudget (selector: ${selectorText(spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}
