import { decodeValue } from "@skates/apimachinery";
import type { MetricSpec as HubMetric, MetricTarget } from "../v2/horizontal-pod-autoscaler.ts";
import { MetricSpec } from "./metric-spec.ts";

/** Metrics other than cpu, as an annotation carries them for clients of v1. */
export function metricsFromAnnotation(text: string): readonly HubMetric[] {
  const items: unknown = JSON.parse(text);
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => metricToHub(decodeValue<MetricSpec>(MetricSpec, item).object));
}

/** The text of that annotation. */
export function metricsToAnnotation(metrics: readonly HubMetric[]): string {
  return JSON.stringify(metrics.map(metricFromHub));
}

function metricToHub(metric: MetricSpec): HubMetric {
  const { type, object, pods, resource, containerResource, external } = metric;
  const shared = { type };
  if (object !== undefined) {
    const { target, metricName: name, targetValue: value, selector, averageValue } = object;
    const wanted =
      averageValue === undefined ? { type: "Value", value } : { type: "AverageValue", value, averageValue };
    return { ...shared, object: { describedObject: target, target: wanted, metric: { name, selector } } };
  }
  if (pods !== undefined) {
    const target = { type: "AverageValue", averageValue: pods.targetAverageValue };
    return { ...shared, pods: { metric: { name: pods.metricName, selector: pods.selector }, target } };
  }
  if (resource !== undefined) return { ...shared, resource: { name: resource.name, target: averageTarget(resource) } };
  if (containerResource !== undefined) {
    const { name, container } = containerResource;
    return { ...shared, containerResource: { name, container, target: averageTarget(containerResource) } };
  }
  if (external === undefined) return shared;
  const { metricName: name, metricSelector: selector, targetValue: value, targetAverageValue: averageValue } = external;
  const target = { type: averageValue === undefined ? "Value" : "AverageValue", value, averageValue };
  return { ...shared, external: { metric: { name, selector }, target } };
}

interface Averages {
  readonly targetAverageUtilization?: number | undefined;
  readonly targetAverageValue?: string | undefined;
}

function averageTarget({ targetAverageUtilization, targetAverageValue }: Averages): MetricTarget {
  return {
    type: targetAverageUtilization === undefined ? "AverageValue" : "Utilization",
    averageUtilization: targetAverageUtilization,
    averageValue: targetAverageValue,
  };
}

function metricFromHub(metric: HubMetric): unknown {
  const { type, object, pods, resource, containerResource, external } = metric;
  const averages = ({ averageUtilization, averageValue }: MetricTarget): Averages => ({
    targetAverageUtilization: averageUtilization,
    targetAverageValue: averageValue,
  });
  if (object !== undefined) {
    const { describedObject: target, target: wanted, metric: named } = object;
    const { name: metricName, selector } = named;
    const { value: targetValue = "0", averageValue } = wanted;
    return { type, object: { target, metricName, targetValue, selector, averageValue } };
  }
  if (pods !== undefined) {
    const { name: metricName, selector } = pods.metric;
    return { type, pods: { metricName, targetAverageValue: pods.target.averageValue ?? "0", selector } };
  }
  if (resource !== undefined) return { type, resource: { name: resource.name, ...averages(resource.target) } };
  if (containerResource !== undefined) {
    const { name, container, target } = containerResource;
    return { type, containerResource: { name, ...averages(target), container } };
  }
  if (external === undefined) return { type };
  const { metric: named, target } = external;
  return {
    type,
    external: {
      metricName: named.name,
      metricSelector: named.selector,
      targetValue: target.value,
      targetAverageValue: target.averageValue,
    },
  };
}
