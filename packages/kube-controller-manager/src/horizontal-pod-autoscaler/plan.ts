import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from "@skates/api/autoscaling/v2";
import type { Scale } from "@skates/api/autoscaling/v1";
import { formatTime } from "@skates/apimachinery";
import { renewedCondition } from "../condition.ts";
import type { Evaluated } from "./evaluate-metric.ts";
import { limitChange, type ScalingHistory } from "./limit-change.ts";

/** What is to be done about an autoscaler. */
export interface ScalingPlan {
  /** The new number of pods; undefined: it stays. */
  readonly replicas: number | undefined;
  readonly reason: string;
  readonly status: HorizontalPodAutoscalerStatus;
  /** What its figures alone ask for; undefined: they were not looked at, or cannot be trusted. */
  readonly wanted: number | undefined;
  /** Why nothing could be computed. */
  readonly failure: string | undefined;
}

export interface ScalingView {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly scale: Scale;
  /** Of all its figures, in their order, or why they were not read; looked at only when the number of pods is within bounds. */
  readonly evaluated: readonly Evaluated[] | Unread;
  readonly history: ScalingHistory;
  readonly nowMs: number;
}

/** Why figures were not even read. */
export interface Unread {
  readonly reason: string;
  readonly message: string;
  readonly failure: string;
  /** What the status says of figures; default: nothing. */
  readonly statuses?: readonly MetricStatus[];
}

/** Whether figures are to be read at all: not when the target is off, nor when it is out of bounds anyhow. */
export function needsMetrics(
  { spec: { minReplicas = 1, maxReplicas } }: HorizontalPodAutoscaler,
  replicas: number,
): boolean {
  return !(replicas === 0 && minReplicas !== 0) && replicas >= minReplicas && replicas <= maxReplicas;
}

/** Decides how many pods there should be, and what the status says of it. */
export function planScaling(view: ScalingView): ScalingPlan {
  const { autoscaler, scale, nowMs } = view;
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const current = scale.spec?.replicas ?? 0;
  const conditions = new Conditions(autoscaler.status?.conditions ?? [], nowMs);
  conditions.set(
    "AbleToScale",
    "True",
    "SucceededGetScale",
    "the HPA controller was able to get the target's current scale",
  );
  const without = { wanted: undefined, failure: undefined };
  const withStatus = (
    desired: number,
    metrics: readonly MetricStatus[] | undefined,
  ): HorizontalPodAutoscalerStatus => ({
    ...statusBase(autoscaler),
    currentReplicas: current,
    desiredReplicas: desired,
    ...(metrics === undefined ? {} : { currentMetrics: metrics }),
    conditions: conditions.list,
  });
  if (current === 0 && minReplicas !== 0) {
    const why = "scaling is disabled since the replica count of the target is zero";
    conditions.set("ScalingActive", "False", "ScalingDisabled", why);
    return { replicas: undefined, reason: "", status: withStatus(0, undefined), ...without };
  }
  if (current > maxReplicas) {
    const reason = "Current number of replicas above Spec.MaxReplicas";
    return { replicas: maxReplicas, reason, status: withStatus(maxReplicas, undefined), ...without };
  }
  if (current < minReplicas) {
    const reason = "Current number of replicas below Spec.MinReplicas";
    return { replicas: minReplicas, reason, status: withStatus(minReplicas, undefined), ...without };
  }
  const metrics = "failure" in view.evaluated ? view.evaluated : weigh(view.evaluated, current);
  if ("failure" in metrics) {
    const { reason, message, failure } = metrics;
    conditions.set("ScalingActive", "False", reason, message);
    const status = withStatus(autoscaler.status?.desiredReplicas ?? 0, metrics.statuses);
    return { replicas: undefined, reason: "", status, wanted: undefined, failure };
  }
  const { wanted, name, statuses } = metrics;
  const valid = `the HPA was able to successfully calculate a replica count from ${name}`;
  conditions.set("ScalingActive", "True", "ValidMetricFound", valid);
  const limited = limitChange({ spec: autoscaler.spec, current, wanted, history: view.history, nowMs });
  conditions.set("AbleToScale", "True", limited.able.reason, limited.able.message);
  conditions.set(
    "ScalingLimited",
    limited.isLimited ? "True" : "False",
    limited.limited.reason,
    limited.limited.message,
  );
  const { replicas } = limited;
  const reason = wanted > current ? `${name} above target` : wanted < current ? "All metrics below target" : "";
  return {
    replicas: replicas === current ? undefined : replicas,
    reason,
    status: withStatus(replicas, statuses),
    wanted,
    failure: undefined,
  };
}

type Weighed = { readonly wanted: number; readonly name: string; readonly statuses: readonly MetricStatus[] } | Unread;

/** In the place of a figure that could not be read: readers find figures by their position. */
const UNKNOWN: MetricStatus = { type: "" };

/** The figure that asks for most pods decides. With one unknown, no pods are taken away: it might ask for more. */
function weigh(evaluated: readonly Evaluated[], current: number): Weighed {
  let wanted = 0;
  let name = "";
  let invalid = 0;
  let first: Extract<Evaluated, { readonly failed: unknown }>["failed"] | undefined;
  const statuses: MetricStatus[] = [];
  for (const one of evaluated) {
    if ("failed" in one) {
      invalid += 1;
      first ??= one.failed;
      statuses.push(UNKNOWN);
      continue;
    }
    statuses.push(one.status);
    if (name === "" || one.replicas > wanted) {
      wanted = one.replicas;
      name = one.name;
    }
  }
  if (first !== undefined && (invalid === evaluated.length || wanted < current)) {
    return {
      failure: `invalid metrics (${invalid} invalid out of ${evaluated.length}), first error is: ${first.message}`,
      reason: first.reason,
      message: `the HPA was unable to compute the replica count: ${first.error}`,
      statuses,
    };
  }
  return { wanted, name, statuses };
}

/** What of a status stays. */
function statusBase({ status }: HorizontalPodAutoscaler) {
  const { lastScaleTime } = status ?? {};
  // As upstream, without observedGeneration.
  return lastScaleTime === undefined ? {} : { lastScaleTime };
}

/** Conditions by upstream's rule: the time changes with the status only. */
export class Conditions {
  list: readonly HorizontalPodAutoscalerCondition[];
  readonly #now: string;

  constructor(known: readonly HorizontalPodAutoscalerCondition[], nowMs: number) {
    this.list = known;
    this.#now = formatTime(nowMs);
  }

  set(type: string, status: "True" | "False", reason: string, message: string): void {
    this.list = renewedCondition(this.list, { type, status, lastTransitionTime: this.#now, reason, message });
  }
}
