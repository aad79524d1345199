import { builtinResources } from "@skates/api";
import type { Scale } from "@skates/api/autoscaling/v1";
import {
  type HorizontalPodAutoscaler,
  type HorizontalPodAutoscalerStatus,
  horizontalPodAutoscalers,
} from "@skates/api/autoscaling/v2";
import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import {
  equalValues,
  formatTime,
  isStatus,
  keyOf,
  type ObjectKey,
  parseGroupVersion,
  parseLabelSelector,
  type Resource,
  type Selector,
} from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf } from "@skates/component-base";
import { type EventRecorder, type Informers, keyWorker } from "@skates/controller-runtime";
import { customKind } from "../custom-kinds.ts";
import { type Evaluated, evaluateMetric } from "./evaluate-metric.ts";
import { changed, NO_HISTORY, remembered, type ScalingHistory } from "./limit-change.ts";
import { metricSource, type MetricSource } from "./metric-source.ts";
import { Conditions, needsMetrics, planScaling, type ScalingPlan, type Unread } from "./plan.ts";

export interface AutoscalerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly recorder: EventRecorder;
  readonly env: Env;
}

/** As upstream: figures are read so often. */
const PERIOD_MS = 15_000;
const WORKERS = 5;
const NAME = "horizontal-pod-autoscaler";

/** Gives targets as many pods as the figures of their autoscalers ask for. */
export function horizontalPodAutoscaler(options: AutoscalerOptions): Component {
  const { informers, env } = options;
  const autoscalers = informers.for(horizontalPodAutoscalers);
  const allPods = informers.for(pods);
  const definitions = informers.for(customResourceDefinitions);
  const scaler = new Autoscaler({ ...options, source: metricSource(options.client) });
  return keyWorker({
    name: NAME,
    env,
    workers: WORKERS,
    informers: [autoscalers, allPods, definitions],
    failure: "an autoscaler could not be looked after",
    follow: (add) => [
      autoscalers.subscribe(({ type, object }) => {
        // Its own status comes back to it: that is no reason to read figures again.
        if (type === "added") add(keyOf(object));
        else if (type === "deleted") scaler.forget(keyOf(object));
      }),
    ],
    async work(key, signal) {
      const found = autoscalers.get(key);
      if (found === undefined) return undefined;
      await scaler.reconcile(found, signal);
      return PERIOD_MS;
    },
  });
}

interface Target {
  readonly resource: Resource;
  readonly scale: Scale;
}

class Autoscaler {
  readonly #options: AutoscalerOptions & { readonly source: MetricSource };
  readonly #histories = new Map<string, ScalingHistory>();
  /** What each autoscaler takes for its pods, to notice two that take the same. */
  readonly #selectors = new Map<string, { readonly namespace: string; readonly selector: Selector }>();

  constructor(options: AutoscalerOptions & { readonly source: MetricSource }) {
    this.#options = options;
  }

  forget({ namespace, name }: ObjectKey): void {
    this.#histories.delete(`${namespace}/${name}`);
    this.#selectors.delete(`${namespace}/${name}`);
  }

  /** One look at an autoscaler. Failures are told in its status and events, and end with this look. */
  async reconcile(autoscaler: HorizontalPodAutoscaler, signal: AbortSignal): Promise<void> {
    try {
      const target = await this.#target(autoscaler, signal);
      if (target !== undefined) await this.#scale(autoscaler, target, signal);
    } catch (error) {
      signal.throwIfAborted();
      const { namespace, name } = autoscaler.metadata;
      // Changed or removed meanwhile: the next look sees it.
      if (isStatus(error, "Conflict") || isStatus(error, "NotFound")) return;
      this.#options.env.log.warn("an autoscaler could not be looked after", {
        namespace,
        name,
        cause: messageOf(error),
      });
    }
  }

  async #target(autoscaler: HorizontalPodAutoscaler, signal: AbortSignal): Promise<Target | undefined> {
    const { scaleTargetRef } = autoscaler.spec;
    const { namespace } = autoscaler.metadata;
    const fail = async (why: string): Promise<undefined> => {
      this.#tell(autoscaler, "Warning", "FailedGetScale", why);
      const message = `the HPA controller was unable to get the target's current scale: ${why}`;
      await this.#writeCondition(autoscaler, ["AbleToScale", "False", "FailedGetScale", message], signal);
      return undefined;
    };
    const resource = this.#resourceOf(scaleTargetRef.apiVersion ?? "", scaleTargetRef.kind);
    if (resource === undefined) {
      const { group } = parseGroupVersion(scaleTargetRef.apiVersion ?? "v1");
      return await fail(`no matches for kind ${JSON.stringify(scaleTargetRef.kind)} in group ${JSON.stringify(group)}`);
    }
    try {
      const scales = this.#options.client.resource(resource).sub("scale");
      return { resource, scale: await scales.get<Scale>({ namespace, name: scaleTargetRef.name }, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return await fail(messageOf(error));
    }
  }

  async #scale(autoscaler: HorizontalPodAutoscaler, { resource, scale }: Target, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.env;
    const id = `${autoscaler.metadata.namespace}/${autoscaler.metadata.name}`;
    const current = scale.spec?.replicas ?? 0;
    const nowMs = clock.nowMs();
    const history = this.#histories.get(id) ?? remembered(NO_HISTORY, current, nowMs);
    this.#histories.set(id, history);
    const evaluated = needsMetrics(autoscaler, current) ? await this.#evaluate(autoscaler, scale, signal) : [];
    const plan = planScaling({ autoscaler, scale, evaluated, history, nowMs });
    for (const one of "failure" in evaluated ? [] : evaluated) {
      if ("failed" in one) this.#tell(autoscaler, "Warning", one.failed.reason, one.failed.error);
    }
    if (plan.failure !== undefined) {
      this.#tell(autoscaler, "Warning", "FailedComputeMetricsReplicas", plan.failure);
    }
    const known = plan.wanted === undefined ? history : remembered(history, plan.wanted, nowMs);
    this.#histories.set(id, known);
    const status =
      plan.replicas === undefined
        ? plan.status
        : await this.#carryOut(autoscaler, { resource, scale }, { ...plan, replicas: plan.replicas }, signal);
    if (plan.replicas !== undefined && status.lastScaleTime !== autoscaler.status?.lastScaleTime) {
      this.#histories.set(id, changed(known, plan.replicas - current, nowMs));
    }
    await this.#writeStatus(autoscaler, status, signal);
  }

  /** Changes the number of pods; the status says whether that succeeded. */
  async #carryOut(
    autoscaler: HorizontalPodAutoscaler,
    { resource, scale }: Target,
    { replicas, reason, status }: ScalingPlan & { readonly replicas: number },
    signal: AbortSignal,
  ): Promise<HorizontalPodAutoscalerStatus> {
    const { client, env } = this.#options;
    const conditions = new Conditions(status.conditions ?? [], env.clock.nowMs());
    const { namespace } = autoscaler.metadata;
    const key = { namespace, name: autoscaler.spec.scaleTargetRef.name };
    try {
      await client
        .resource(resource)
        .sub("scale")
        .update(key, { ...scale, spec: { replicas } }, {}, signal);
    } catch (error) {
      signal.throwIfAborted();
      const why = messageOf(error);
      this.#tell(autoscaler, "Warning", "FailedRescale", `New size: ${replicas}; reason: ${reason}; error: ${why}`);
      const message = `the HPA controller was unable to update the target scale: ${why}`;
      conditions.set("AbleToScale", "False", "FailedUpdateScale", message);
      return { ...status, desiredReplicas: autoscaler.status?.desiredReplicas ?? 0, conditions: conditions.list };
    }
    this.#tell(autoscaler, "Normal", "SuccessfulRescale", `New size: ${replicas}; reason: ${reason}`);
    const message = `the HPA controller was able to update the target scale to ${replicas}`;
    conditions.set("AbleToScale", "True", "SucceededRescale", message);
    return { ...status, lastScaleTime: formatTime(env.clock.nowMs()), conditions: conditions.list };
  }

  async #evaluate(
    autoscaler: HorizontalPodAutoscaler,
    scale: Scale,
    signal: AbortSignal,
  ): Promise<readonly Evaluated[] | Unread> {
    const { env, informers, source } = this.#options;
    const { namespace = "", name } = autoscaler.metadata;
    const selector = scale.status?.selector ?? "";
    if (selector === "") {
      const failure = "selector is required";
      this.#tell(autoscaler, "Warning", "SelectorRequired", failure);
      return { reason: "InvalidSelector", message: "the HPA target's scale is missing a selector", failure };
    }
    const matching = parsedSelector(selector);
    if (typeof matching === "string") {
      const failure = `couldn't convert selector into a corresponding internal selector object: ${matching}`;
      this.#tell(autoscaler, "Warning", "InvalidSelector", failure);
      return { reason: "InvalidSelector", message: failure, failure };
    }
    this.#selectors.set(`${namespace}/${name}`, { namespace, selector: matching });
    const own = informers.for(pods).matching(namespace, (labels) => matching.matches(labels));
    const others = this.#othersOf(`${namespace}/${name}`, namespace, own);
    if (others.length > 0) {
      const all = [`${namespace}/${name}`, ...others].join(" ");
      const failure = `pods by selector ${selector} are controlled by multiple HPAs: [${all}]`;
      this.#tell(autoscaler, "Warning", "AmbiguousSelector", failure);
      return { reason: "AmbiguousSelector", message: failure, failure };
    }
    const questions = (autoscaler.spec.metrics ?? []).map((metric) =>
      evaluateMetric(
        {
          autoscaler,
          metric,
          pods: own,
          selector,
          specReplicas: scale.spec?.replicas ?? 0,
          statusReplicas: scale.status?.replicas ?? 0,
          nowMs: env.clock.nowMs(),
          source,
          pluralOf: (apiVersion, kind) => pluralOf(this.#resourceOf(apiVersion, kind)),
        },
        signal,
      ),
    );
    return await Promise.all(questions);
  }

  /** Autoscalers beside this one that count some of the same pods as theirs. */
  #othersOf(id: string, namespace: string, own: readonly Pod[]): readonly string[] {
    return [...this.#selectors]
      .filter(([other, known]) => other !== id && known.namespace === namespace)
      .filter(([, { selector }]) => own.some(({ metadata }) => selector.matches(metadata.labels)))
      .map(([other]) => other);
  }

  #resourceOf(apiVersion: string, kind: string): Resource | undefined {
    const { group } = parseGroupVersion(apiVersion === "" ? "v1" : apiVersion);
    const builtin = builtinResources.find((known) => known.group === group && known.kind === kind);
    if (builtin !== undefined) return builtin;
    const definition = this.#options.informers
      .for(customResourceDefinitions)
      .list()
      .find(({ spec }) => spec.group === group && spec.names.kind === kind);
    return definition === undefined ? undefined : customKind(definition);
  }

  #tell(about: HorizontalPodAutoscaler, type: "Normal" | "Warning", reason: string, message: string): void {
    this.#options.recorder.event({ about, type, reason, message });
  }

  async #writeCondition(
    autoscaler: HorizontalPodAutoscaler,
    condition: Parameters<Conditions["set"]>,
    signal: AbortSignal,
  ): Promise<void> {
    const conditions = new Conditions(autoscaler.status?.conditions ?? [], this.#options.env.clock.nowMs());
    conditions.set(...condition);
    const status = { desiredReplicas: 0, ...autoscaler.status, conditions: conditions.list };
    await this.#writeStatus(autoscaler, status, signal);
  }

  async #writeStatus(
    autoscaler: HorizontalPodAutoscaler,
    status: HorizontalPodAutoscalerStatus,
    signal: AbortSignal,
  ): Promise<void> {
    if (equalValues(status, autoscaler.status)) return;
    try {
      await this.#options.client.resource(horizontalPodAutoscalers).updateStatus({ ...autoscaler, status }, {}, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isStatus(error, "NotFound")) this.#tell(autoscaler, "Warning", "FailedUpdateStatus", messageOf(error));
      throw error;
    }
  }
}

/** The selector, or what is wrong with its text. */
function parsedSelector(text: string): Selector | string {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    return messageOf(error);
  }
}

function pluralOf(resource: Resource | undefined): string | undefined {
  if (resource === undefined) return undefined;
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}
