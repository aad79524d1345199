import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from "./horizontal-pod-autoscaler.ts";

const UNKNOWN = "<unknown>";
const METRICS_SHOWN = 2;

/** The table of `kubectl get horizontalpodautoscalers`. */
export const horizontalPodAutoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn,
  column("Reference", "What is scaled.", ({ spec: { scaleTargetRef: ref } }) => `${ref.kind}/${ref.name}`),
  column("Targets", "Current and wanted values.", metricsText),
  column("MinPods", "Lower bound.", (hpa) => String(hpa.spec.minReplicas ?? "<unset>")),
  column("MaxPods", "Upper bound.", (hpa) => hpa.spec.maxReplicas),
  column("Replicas", "Pods now.", (hpa) => hpa.status?.currentReplicas ?? 0),
  ageColumn,
];

function metricsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec.metrics ?? [];
  if (metrics.length === 0) return "<none>";
  const texts = metrics.map((metric, index) => metricText(metric, status?.currentMetrics?.[index]));
  const shown = texts.slice(0, METRICS_SHOWN).join(", ");
  return texts.length > METRICS_SHOWN ? `${shown} + ${texts.length - METRICS_SHOWN} more...` : shown;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case "External":
      return valueText(spec.external?.target, status?.external?.current);
    case "Pods":
      return `${status?.pods?.current.averageValue ?? UNKNOWN}/${spec.pods?.target.averageValue ?? ""}`;
    case "Object":
      return valueText(spec.object?.target, status?.object?.current);
    case "Resource":
      return utilizationText(spec.resource, status?.resource?.current);
    case "ContainerResource":
      return utilizationText(spec.containerResource, status?.containerResource?.current);
    default:
      return "<unknown type>";
  }
}

interface Amounts {
  readonly value?: string | undefined;
  readonly averageValue?: string | undefined;
  readonly averageUtilization?: number | undefined;
}

function valueText(target: Amounts | undefined, current: Amounts | undefined): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? UNKNOWN}/${target.averageValue} (avg)`;
  return `${current?.value ?? UNKNOWN}/${target?.value ?? ""}`;
}

interface ResourceMetric {
  readonly name: string;
  readonly target: Amounts;
}

function utilizationText(metric: ResourceMetric | undefined, current: Amounts | undefined): string {
  if (metric === undefined) return UNKNOWN;
  const { name, target } = metric;
  if (target.averageValue !== undefined) return `${name}: ${current?.averageValue ?? UNKNOWN}/${target.averageValue}`;
  const percent = (value: number | undefined, otherwise: string): string =>
    value === undefined ? otherwise : `${value}%`;
  return `${name}: ${percent(current?.averageUtilization, UNKNOWN)}/${percent(target.averageUtilization, "<auto>")}`;
}
