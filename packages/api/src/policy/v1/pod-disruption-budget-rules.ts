import { type FieldError, invalid, type Path, validateLabelSelector } from "@skates/apimachinery";
import { atMostAllFindings, intOrPercentFindings } from "../../apps/v1/workload-rules.ts";
import type { PodDisruptionBudgetSpec } from "./pod-disruption-budget.ts";

/** One bound at most, as number or percentage. */
export function podDisruptionBudgetSpecRules(
  spec: PodDisruptionBudgetSpec,
  _old: unknown,
  path: Path,
): readonly FieldError[] {
  const both = spec.minAvailable !== undefined && spec.maxUnavailable !== undefined;
  const bounds = (["minAvailable", "maxUnavailable"] as const).flatMap((name) => {
    const value = spec[name];
    if (value === undefined) return [];
    return [...intOrPercentFindings([...path, name], value), ...atMostAllFindings([...path, name], value)];
  });
  return [
    ...(both ? [invalid(path, spec, "minAvailable and maxUnavailable cannot be both set")] : []),
    ...bounds,
    ...validateLabelSelector(spec.selector, [...path, "selector"]),
  ];
}
