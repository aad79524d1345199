import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  isDns1123Label,
  isDns1123Subdomain,
  type LabelSelector,
  type Path,
  required,
  validateLabelSelector,
} from "@skates/apimachinery";
import { checkQualifiedName, type Findings, invalidFor } from "../../checks.ts";
import type { PodAffinityTerm, PreferredSchedulingTerm, WeightedPodAffinityTerm } from "./affinity.ts";
import type { NodeSelectorRequirement, NodeSelectorTerm } from "./node-selector.ts";
import type { TopologySpreadConstraint } from "./pod-spec.ts";

/** Requirements on labels, and on the one field of a node that can be selected by. */
export function nodeSelectorTermRules(term: NodeSelectorTerm, _old: unknown, path: Path): Findings {
  return [
    ...(term.matchExpressions ?? []).flatMap((r, index) =>
      labelRequirementFindings(r, [...path, "matchExpressions", index]),
    ),
    ...(term.matchFields ?? []).flatMap((r, index) => fieldRequirementFindings(r, [...path, "matchFields", index])),
  ];
}

function labelRequirementFindings(requirement: NodeSelectorRequirement, path: Path): Findings {
  const { operator, values = [], key } = requirement;
  const at = [...path, "values"];
  const out: FieldError[] = [];
  if ((operator === "In" || operator === "NotIn") && values.length === 0) {
    out.push(required(at, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if ((operator === "Exists" || operator === "DoesNotExist") && values.length > 0) {
    out.push(forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if ((operator === "Gt" || operator === "Lt") && values.length !== 1) {
    out.push(required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  }
  return key === "" ? out : [...out, ...checkQualifiedName([...path, "key"], key)];
}

function fieldRequirementFindings({ operator, values = [], key }: NodeSelectorRequirement, path: Path): Findings {
  const out: FieldError[] = [];
  if (operator !== "In" && operator !== "NotIn") {
    out.push(invalid([...path, "operator"], operator, "not a valid selector operator"));
  } else if (values.length !== 1) {
    out.push(
      required(
        [...path, "values"],
        "must be only one value when `operator` is 'In' or 'NotIn' for node field selector",
      ),
    );
  }
  if (key !== "metadata.name") return [...out, invalid([...path, "key"], key, "not a valid field selector key")];
  return [...out, ...values.flatMap((v, index) => invalidFor([...path, "values", index], v, isDns1123Subdomain(v)))];
}

/** A weight from 1 to 100. */
export function preferredTermRules(
  term: PreferredSchedulingTerm | WeightedPodAffinityTerm,
  _old: unknown,
  path: Path,
): Findings {
  if (term.weight >= 1 && term.weight <= 100) return [];
  return [invalid([...path, "weight"], term.weight, "must be in the range 1-100")];
}

/** Selectors, namespaces and the topology key of a term about other pods. */
export function podAffinityTermRules(term: PodAffinityTerm, _old: unknown, path: Path): Findings {
  const { topologyKey, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  return [
    ...validateLabelSelector(term.labelSelector, [...path, "labelSelector"]),
    ...validateLabelSelector(term.namespaceSelector, [...path, "namespaceSelector"]),
    ...(term.namespaces ?? []).flatMap((name) => invalidFor([...path, "namespace"], name, isDns1123Label(name))),
    ...matchKeyFindings(matchLabelKeys, term.labelSelector, [...path, "matchLabelKeys"]),
    ...matchKeyFindings(mismatchLabelKeys, term.labelSelector, [...path, "mismatchLabelKeys"]),
    ...matchLabelKeys.flatMap((key, index) =>
      mismatchLabelKeys.includes(key)
        ? [invalid([...path, "matchLabelKeys", index], key, "exists in both matchLabelKeys and mismatchLabelKeys")]
        : [],
    ),
    ...(topologyKey === "" ? [] : checkQualifiedName([...path, "topologyKey"], topologyKey)),
  ];
}

function matchKeyFindings(keys: readonly string[], selector: LabelSelector | undefined, path: Path): Findings {
  if (keys.length > 0 && selector === undefined)
    return [forbidden(path, "must not be specified when labelSelector is not set")];
  return keys.flatMap((key, index) => checkQualifiedName([...path, index], key));
}

/** A constraint by itself: a skew of at least one, over a labelled topology. */
export function topologySpreadRules(constraint: TopologySpreadConstraint, _old: unknown, path: Path): Findings {
  const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector, matchLabelKeys = [] } = constraint;
  const out: FieldError[] = [];
  if (maxSkew <= 0) out.push(invalid([...path, "maxSkew"], maxSkew, "must be greater than zero"));
  if (topologyKey !== "") out.push(...checkQualifiedName([...path, "topologyKey"], topologyKey));
  if (minDomains !== undefined) {
    const at = [...path, "minDomains"];
    if (minDomains <= 0) out.push(invalid(at, minDomains, "must be greater than zero"));
    if (whenUnsatisfiable === "ScheduleAnyway") {
      out.push(
        invalid(at, minDomains, "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway"),
      );
    }
  }
  return [
    ...out,
    ...matchKeyFindings(matchLabelKeys, labelSelector, [...path, "matchLabelKeys"]),
    ...validateLabelSelector(labelSelector, [...path, "labelSelector"]),
  ];
}

/** No two constraints say the same of the same topology. */
export function topologySpreadListFindings(constraints: readonly TopologySpreadConstraint[], path: Path): Findings {
  const seen = new Set<string>();
  return constraints.flatMap(({ topologyKey, whenUnsatisfiable }, index) => {
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
    const again = seen.has(pair);
    seen.add(pair);
    return again ? [duplicate([...path, index, "{topologyKey, whenUnsatisfiable}"], pair)] : [];
  });
}
