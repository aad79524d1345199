import type {
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
} from "@skates/api/autoscaling/v2";
import type { Pod } from "@skates/api/core/v1";
import { milliQuantity, parseQuantity } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import { selectorText } from "../selector-text.ts";
import type { MetricSource } from "./metric-source.ts";
import {
  byAverage,
  byUtilization,
  byValue,
  byValuePerPod,
  type Proposal,
  type Tolerance,
} from "./replica-calculator.ts";

/** What one figure asks for, or why that cannot be told. */
export type Evaluated =
  | { readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | { readonly failed: { readonly reason: string; readonly error: string; readonly message: string } };

export interface MetricQuestion {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly metric: MetricSpec;
  readonly pods: readonly Pod[];
  /** Of the target's pods, as text. */
  readonly selector: string;
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly nowMs: number;
  readonly source: MetricSource;
  /** The plural with group of a kind, for figures of objects. */
  pluralOf(apiVersion: string, kind: string): string | undefined;
}

/** As upstream: within a tenth of the target nothing is done. */
const TOLERANCE = 0.1;

/** Reads one figure and says how many pods it asks for. Never rejects but with the reason of the signal. */
export async function evaluateMetric(question: MetricQuestion, signal: AbortSignal): Promise<Evaluated> {
  const { metric } = question;
  const [reason, what, evaluate] = kindOf(metric);
  if (evaluate === undefined) {
    const error = `unknown metric source type ${JSON.stringify(metric.type)}`;
    return { failed: { reason, error, message: error } };
  }
  try {
    return await evaluate(question, signal);
  } catch (error) {
    signal.throwIfAborted();
    const text = messageOf(error);
    return { failed: { reason, error: text, message: `failed to get ${what}: ${detailOf(metric)}${text}` } };
  }
}

type Evaluate = (question: MetricQuestion, signal: AbortSignal) => Promise<Evaluated>;

/** The reason of a failure, what its message calls it, and how it is evaluated. */
function kindOf({ type, resource, containerResource, external }: MetricSpec): readonly [string, string, Evaluate?] {
  switch (type) {
    case "Resource":
      return ["FailedGetResourceMetric", `${resource?.name ?? ""} resource metric value`, ofResource];
    case "ContainerResource":
      return [
        "FailedGetContainerResourceMetric",
        `${containerResource?.container ?? ""} container metric value`,
        ofContainerResource,
      ];
    case "Pods":
      return ["FailedGetPodsMetric", "pods metric value", ofPods];
    case "Object":
      return ["FailedGetObjectMetric", "object metric value", ofObject];
    case "External":
      return ["FailedGetExternalMetric", `${external?.metric.name ?? ""} external metric value`, ofExternal];
    default:
      return ["InvalidMetricSourceType", ""];
  }
}

/** What upstream's messages say once more of figures of one object or from outside. */
function detailOf({ object, external }: MetricSpec): string {
  if (object?.target.averageValue !== undefined) return `failed to get ${object.metric.name} object metric: `;
  if (external?.target.averageValue !== undefined) return `failed to get ${external.metric.name} external metric: `;
  return external?.target.value === undefined ? "" : `failed to get external metric ${external.metric.name}: `;
}

/** An error of `work` gets words before it. */
async function saying<T>(words: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Not as its cause, which would be told once more.
    throw new Error(`${words}${messageOf(error)}`);
  }
}

async function ofResource(question: MetricQuestion, signal: AbortSignal): Promise<Evaluated> {
  const { resource } = question.metric;
  if (resource === undefined) throw new Error("the resource is not named");
  const { name, target } = resource;
  const { proposal, current, suffix } = await byResource(question, { name, target, container: undefined }, signal);
  const status: MetricStatus = { type: "Resource", resource: { name, current } };
  return { replicas: proposal.replicas, name: `${name} resource${suffix}`, status };
}

async function ofContainerResource(question: MetricQuestion, signal: AbortSignal): Promise<Evaluated> {
  const { containerResource } = question.metric;
  if (containerResource === undefined) throw new Error("the container is not named");
  const { name, container, target } = containerResource;
  const { proposal, current, suffix } = await byResource(question, { name, target, container }, signal);
  const status: MetricStatus = { type: "ContainerResource", containerResource: { name, container, current } };
  // As upstream: an average value is told of without saying that it is that of a container.
  const what = suffix === "" ? `${name} resource` : `${name} container resource${suffix}`;
  return { replicas: proposal.replicas, name: what, status };
}

interface ResourceTarget {
  readonly name: string;
  readonly target: MetricTarget;
  readonly container: string | undefined;
}

async function byResource(question: MetricQuestion, of: ResourceTarget, signal: AbortSignal) {
  const { name: resource, target } = of;
  if (target.averageUtilization === undefined && target.averageValue === undefined) {
    throw new Error(
      "invalid resource metric source: neither an average utilization target nor an average value (usage) target was set",
    );
  }
  const what = target.averageValue === undefined ? "utilization" : "usage";
  return await saying(`failed to get ${resource} ${what}: `, () => byResourceFigures(question, of, signal));
}

async function byResourceFigures(question: MetricQuestion, of: ResourceTarget, signal: AbortSignal) {
  const { autoscaler, selector, source } = question;
  const { name: resource, target, container } = of;
  const namespace = autoscaler.metadata.namespace ?? "";
  const found = await saying(`unable to get metrics for resource ${resource}: `, () =>
    source.resource({ namespace, selector, resource, container }, signal),
  );
  const asked = podQuestion(question, found, resource);
  if (target.averageValue !== undefined) {
    const proposal = byAverage(asked, parseQuantity(target.averageValue).milliValue());
    return { proposal, current: { averageValue: resourceQuantity(resource, proposal.current) }, suffix: "" };
  }
  const proposal = byUtilization(asked, { percent: target.averageUtilization ?? 0, container });
  const current = {
    averageUtilization: proposal.current,
    averageValue: resourceQuantity(resource, proposal.average ?? 0),
  };
  return { proposal, current, suffix: " utilization (percentage of request)" };
}

/** Memory is told in powers of two, as the metrics API does. */
function resourceQuantity(resource: string, milli: number): string {
  return milliQuantity(milli, resource === "memory" ? "BinarySI" : "DecimalSI").toString();
}

async function ofPods(question: MetricQuestion, signal: AbortSignal): Promise<Evaluated> {
  const { autoscaler, selector, source, metric } = question;
  if (metric.pods === undefined) throw new Error("the metric is not named");
  const { metric: identifier, target } = metric.pods;
  const namespace = autoscaler.metadata.namespace ?? "";
  const found = await saying(`unable to get metric ${identifier.name}: `, () =>
    source.pods({ namespace, selector, metric: identifier }, signal),
  );
  const proposal = byAverage(podQuestion(question, found, ""), milliOf(target.averageValue));
  const current = { averageValue: milliQuantity(proposal.current).toString() };
  const status: MetricStatus = { type: "Pods", pods: { metric: identifier, current } };
  return { replicas: proposal.replicas, name: `pods metric ${identifier.name}`, status };
}

async function ofObject(question: MetricQuestion, signal: AbortSignal): Promise<Evaluated> {
  const { autoscaler, source, metric } = question;
  if (metric.object === undefined) throw new Error("the object is not named");
  const { describedObject, metric: identifier, target } = metric.object;
  const plural = question.pluralOf(describedObject.apiVersion ?? "", describedObject.kind);
  if (plural === undefined) throw new Error(`no kind ${describedObject.kind} is known`);
  const namespace = autoscaler.metadata.namespace ?? "";
  const { kind, name } = describedObject;
  if (target.averageValue === undefined && target.value === undefined) {
    throw new Error("invalid object metric source: neither a value target nor an average value target was set");
  }
  // The order of the words is upstream's.
  const milli = await saying(`unable to get metric ${identifier.name}: ${kind} on ${namespace} ${name}/`, () =>
    source.object({ namespace, plural, name, metric: identifier }, signal),
  );
  const { proposal, current } = await byTotal(question, target, milli);
  const status: MetricStatus = { type: "Object", object: { describedObject, metric: identifier, current } };
  const what = target.averageValue === undefined ? `${kind} metric ${identifier.name}` : outsideName(identifier);
  return { replicas: proposal.replicas, name: what, status };
}

async function ofExternal(question: MetricQuestion, signal: AbortSignal): Promise<Evaluated> {
  const { autoscaler, source, metric } = question;
  if (metric.external === undefined) throw new Error("the metric is not named");
  const { metric: identifier, target } = metric.external;
  const namespace = autoscaler.metadata.namespace ?? "";
  if (target.averageValue === undefined && target.value === undefined) {
    throw new Error("invalid external metric source: neither a value target nor an average value target was set");
  }
  const path = `${namespace}/${identifier.name}/${selectorText(identifier.selector)}`;
  const milli = await saying(`unable to get external metric ${path}: `, () =>
    source.external({ namespace, metric: identifier }, signal),
  );
  const { proposal, current } = await byTotal(question, target, milli);
  const status: MetricStatus = { type: "External", external: { metric: identifier, current } };
  return { replicas: proposal.replicas, name: outsideName(identifier), status };
}

/** As upstream calls such a figure, also that of an object for each pod. */
function outsideName({ name, selector }: MetricIdentifier): string {
  return `external metric ${name}(${selectorText(selector)})`;
}

/** A figure of all pods together: wanted as a value, or as so much for each pod. */
async function byTotal(
  question: MetricQuestion,
  target: MetricTarget,
  milli: number,
): Promise<{
  readonly proposal: Proposal;
  readonly current: { readonly value: string } | { readonly averageValue: string };
}> {
  const { pods, specReplicas, statusReplicas } = question;
  const tolerance = toleranceOf(question.autoscaler);
  if (target.averageValue !== undefined) {
    const targetMilli = milliOf(target.averageValue);
    const proposal = byValuePerPod({ currentReplicas: statusReplicas, tolerance }, { milli, targetMilli });
    return { proposal, current: { averageValue: milliQuantity(proposal.current).toString() } };
  }
  const asked = { pods, currentReplicas: specReplicas, tolerance };
  const proposal = await saying("unable to calculate ready pods: ", () =>
    byValue(asked, { milli, targetMilli: milliOf(target.value) }),
  );
  return { proposal, current: { value: milliQuantity(proposal.current).toString() } };
}

function podQuestion(question: MetricQuestion, found: Parameters<typeof byAverage>[0]["found"], resource: string) {
  const { pods, specReplicas, nowMs, autoscaler } = question;
  return { pods, found, resource, nowMs, currentReplicas: specReplicas, tolerance: toleranceOf(autoscaler) };
}

function milliOf(text: string | undefined): number {
  return parseQuantity(text ?? "0").milliValue();
}

function toleranceOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerance {
  const read = (text: string | undefined): number => (text === undefined ? TOLERANCE : parseQuantity(text).toNumber());
  return { down: read(behavior?.scaleDown?.tolerance), up: read(behavior?.scaleUp?.tolerance) };
}
