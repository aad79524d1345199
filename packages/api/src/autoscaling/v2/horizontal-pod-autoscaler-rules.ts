import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  parseQuantity,
  type Path,
  required,
} from "@skates/apimachinery";
import { type Findings, membersOf } from "../../checks.ts";
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricSpec,
  MetricTarget,
} from "./horizontal-pod-autoscaler.ts";

const WINDOW_SECONDS_MAX = 3600;
const PERIOD_SECONDS_MAX = 1800;
const MEMBERS = {
  Object: "object",
  Pods: "pods",
  Resource: "resource",
  ContainerResource: "containerResource",
  External: "external",
} as const;

/** Bounds in order, metrics complete, and steps that are steps. */
export function autoscalerSpecRules(spec: HorizontalPodAutoscalerSpec, _old: unknown, path: Path): Findings {
  const { minReplicas, maxReplicas, metrics = [], behavior } = spec;
  const out: FieldError[] = [];
  if (minReplicas !== undefined && minReplicas < 1) {
    out.push(invalid([...path, "minReplicas"], minReplicas, "must be greater than or equal to 1"));
  }
  if (maxReplicas < 0) {
    out.push(invalid([...path, "maxReplicas"], maxReplicas, "must be greater than or equal to 1"));
  } else if (maxReplicas === 0) out.push(required([...path, "maxReplicas"], "must be set and greater than 0"));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    out.push(invalid([...path, "maxReplicas"], maxReplicas, "must be greater than or equal to `minReplicas`"));
  }
  for (const [index, metric] of metrics.entries()) out.push(...metricFindings(metric, [...path, "metrics", index]));
  for (const name of ["scaleUp", "scaleDown"] as const) {
    const rules = behavior?.[name];
    if (rules !== undefined) out.push(...scalingFindings(rules, [...path, "behavior", name]));
  }
  return out;
}

/** What is scaled is named with its group, unless it has none; who has left it out before may keep it so. */
export function autoscalerErrors(next: HorizontalPodAutoscaler, old: HorizontalPodAutoscaler | undefined): Findings {
  const { apiVersion = "", kind } = next.spec.scaleTargetRef;
  const before = old?.spec.scaleTargetRef;
  if (before !== undefined && (before.apiVersion ?? "") === apiVersion && before.kind === kind) return [];
  const at = ["spec", "scaleTargetRef", "apiVersion"];
  const slashes = apiVersion.split("/").length - 1;
  if (slashes > 1) return [invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)];
  if (slashes === 1 && !apiVersion.startsWith("/")) return [];
  if (kind === "ReplicationController") return [];
  return [invalid(at, apiVersion, "apiVersion must specify API group")];
}

function metricFindings(metric: MetricSpec, path: Path): Findings {
  const { type } = metric;
  if (type === "") return [];
  if (!isMetricType(type)) return [notSupported([...path, "type"], type, Object.keys(MEMBERS).sort())];
  const name = MEMBERS[type];
  const source = metric[name];
  if (source === undefined) {
    return [required([...path, name], "must populate information for the given metric source")];
  }
  const others = membersOf(metric, Object.values(MEMBERS)).filter((other) => other !== name);
  return [
    ...sourceTargetFindings(source.target, name, [...path, name, "target"]),
    ...others.map((other) => forbidden([...path, other], "must populate the given metric source only")),
  ];
}

function isMetricType(type: string): type is keyof typeof MEMBERS {
  return Object.hasOwn(MEMBERS, type);
}

function targetFindings(target: MetricTarget, path: Path): Findings {
  const { value, averageValue, averageUtilization } = target;
  const out: FieldError[] = [];
  if (averageUtilization !== undefined && averageUtilization < 1) {
    out.push(invalid([...path, "averageUtilization"], averageUtilization, "must be greater than 0"));
  }
  if (value !== undefined && parseQuantity(value).sign !== 1)
    out.push(invalid([...path, "value"], value, "must be positive"));
  if (averageValue !== undefined && parseQuantity(averageValue).sign !== 1) {
    out.push(invalid([...path, "averageValue"], averageValue, "must be positive"));
  }
  if (target.type !== "" && !TARGETS.includes(target.type)) {
    out.push(invalid([...path, "type"], target.type, "must be either Utilization, Value, or AverageValue"));
  }
  return out;
}

const TARGETS = ["Utilization", "Value", "AverageValue"];

/** What must be reached depends on what is measured. */
function sourceTargetFindings(target: MetricTarget, name: string, path: Path): Findings {
  const { value, averageValue, averageUtilization } = target;
  const out: FieldError[] = [...targetFindings(target, path)];
  const average = [...path, "averageValue"];
  switch (name) {
    case "pods":
      if (averageValue === undefined) out.push(required(average, "must specify a positive target averageValue"));
      return out;
    case "object":
      if (value === undefined && averageValue === undefined) {
        out.push(required(average, "must set either a target value or averageValue"));
      }
      return out;
    case "external":
      if (value === undefined && averageValue === undefined) {
        out.push(required(average, "must set either a target value for metric or a per-pod target"));
      } else if (value !== undefined && averageValue !== undefined) {
        const detail = "may not set both a target value for metric and a per-pod target";
        out.push(forbidden([...path, "value"], detail));
      }
      return out;
    default:
      if (averageUtilization === undefined && averageValue === undefined) {
        const detail = "must set either a target raw value or a target utilization";
        out.push(required([...path, "averageUtilization"], detail));
      } else if (averageUtilization !== undefined && averageValue !== undefined) {
        out.push(forbidden(average, "may not set both a target raw value and a target utilization"));
      }
      return out;
  }
}

function scalingFindings(rules: HPAScalingRules, path: Path): Findings {
  const { stabilizationWindowSeconds: window, policies = [], selectPolicy } = rules;
  const out: FieldError[] = [];
  if (window !== undefined && window < 0) {
    out.push(invalid([...path, "stabilizationWindowSeconds"], window, "must be greater than or equal to zero"));
  }
  if (rules.tolerance !== undefined && parseQuantity(rules.tolerance).sign < 0) {
    out.push(invalid([...path, "tolerance"], rules.tolerance, "must be greater than or equal to 0"));
  }
  if (window !== undefined && window > WINDOW_SECONDS_MAX) {
    out.push(
      invalid([...path, "stabilizationWindowSeconds"], window, `must be less than or equal to ${WINDOW_SECONDS_MAX}`),
    );
  }
  if (selectPolicy !== undefined && !["Max", "Min", "Disabled"].includes(selectPolicy)) {
    out.push(notSupported([...path, "selectPolicy"], selectPolicy, ["Disabled", "Max", "Min"]));
  }
  if (policies.length === 0) out.push(required([...path, "policies"], "must specify at least one Policy"));
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const at = [...path, "policies", index];
    if (type !== "Pods" && type !== "Percent") out.push(notSupported([...at, "type"], type, ["Percent", "Pods"]));
    if (value <= 0) out.push(invalid([...at, "value"], value, "must be greater than zero"));
    if (periodSeconds <= 0) out.push(invalid([...at, "periodSeconds"], periodSeconds, "must be greater than zero"));
    else if (periodSeconds > PERIOD_SECONDS_MAX) {
      out.push(invalid([...at, "periodSeconds"], periodSeconds, `must be less than or equal to ${PERIOD_SECONDS_MAX}`));
    }
  }
  return out;
}
