import { type Column, type Conversion, decodeValue } from "@skates/apimachinery";
import {
  type HorizontalPodAutoscaler as Hub,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerCondition,
  horizontalPodAutoscalers as hub,
  type MetricSpec as HubMetric,
} from "../v2/horizontal-pod-autoscaler.ts";
import { horizontalPodAutoscalerColumns as hubColumns } from "../v2/horizontal-pod-autoscaler-table.ts";
import type { HorizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";
import { metricsFromAnnotation, metricsToAnnotation } from "./metric-conversion.ts";

const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
const CURRENT = "autoscaling.alpha.kubernetes.io/current-metrics";
const CPU_PERCENT = 80;

/** Version 1 knows cpu only; the rest of version 2 travels in annotations. */
export const horizontalPodAutoscalerConversion: Conversion<HorizontalPodAutoscaler> = {
  hub: () => hub,
  toHub: autoscalerToHub,
  fromHub: (object) => autoscalerFromHub(object as Hub),
};

/** The same table as that of version 2. */
export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = hubColumns.map((column) => ({
  ...column,
  cell: (object, nowMs) => column.cell(autoscalerToHub(object), nowMs),
}));

/** The stored form. Without any metric the cpu is watched. */
export function autoscalerToHub(object: HorizontalPodAutoscaler): Hub {
  const { [METRICS]: others, [BEHAVIOR]: behavior, ...rest } = object.metadata.annotations ?? {};
  const { [CONDITIONS]: conditions, [CURRENT]: _current, ...annotations } = rest;
  const { targetCPUUtilizationPercentage: percent, ...spec } = object.spec;
  const metrics: HubMetric[] = others === undefined ? [] : [...metricsFromAnnotation(others)];
  if (percent !== undefined || metrics.length === 0) metrics.push(cpuMetric(percent ?? CPU_PERCENT));
  const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? { desiredReplicas: 0 };
  const cpu = { type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } };
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { ...object.metadata, annotations: Object.keys(annotations).length === 0 ? undefined : annotations },
    spec: { ...spec, metrics, ...(behavior === undefined ? {} : { behavior: behaviorOf(behavior) }) },
    status: {
      ...status,
      ...(current === undefined ? {} : { currentMetrics: [cpu] }),
      ...(conditions === undefined ? {} : { conditions: conditionsOf(conditions) }),
    },
  };
}

type Behavior = NonNullable<Hub["spec"]["behavior"]>;
type Condition = NonNullable<NonNullable<Hub["status"]>["conditions"]>[number];

/** What an annotation holds, checked like a request's body. */
function behaviorOf(text: string): Behavior {
  return decodeValue<Behavior>(HorizontalPodAutoscalerBehavior, JSON.parse(text)).object;
}

function conditionsOf(text: string): readonly Condition[] {
  const items: unknown = JSON.parse(text);
  if (!Array.isArray(items)) return [];
  return items.map((item: unknown) => decodeValue<Condition>(HorizontalPodAutoscalerCondition, item).object);
}

function cpuMetric(averageUtilization: number): HubMetric {
  return { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization } } };
}

/** What version 1 shows of it. */
export function autoscalerFromHub(object: Hub): HorizontalPodAutoscaler {
  const { metrics = [], behavior, ...spec } = object.spec;
  const cpu = metrics.find(isCpuUtilization);
  const others = metrics.filter((metric) => metric !== cpu);
  const {
    currentMetrics = [],
    conditions = [],
    currentReplicas = 0,
    ...status
  } = object.status ?? { desiredReplicas: 0 };
  const current = currentMetrics.find((metric) => metric.resource?.name === "cpu")?.resource?.current
    .averageUtilization;
  const annotations = {
    ...object.metadata.annotations,
    ...(others.length === 0 ? {} : { [METRICS]: metricsToAnnotation(others) }),
    ...(behavior === undefined ? {} : { [BEHAVIOR]: JSON.stringify(behavior) }),
    ...(conditions.length === 0 ? {} : { [CONDITIONS]: JSON.stringify(conditions) }),
  };
  return {
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: { ...object.metadata, annotations: Object.keys(annotations).length === 0 ? undefined : annotations },
    spec: { ...spec, targetCPUUtilizationPercentage: cpu?.resource?.target.averageUtilization },
    status: { ...status, currentReplicas, currentCPUUtilizationPercentage: current },
  };
}

function isCpuUtilization({ resource }: HubMetric): boolean {
  return resource?.name === "cpu" && resource.target.averageUtilization !== undefined;
}
