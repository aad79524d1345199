import type { LabelSelector } from "@skates/apimachinery";
import { mapShared } from "../../share.ts";
import type { Affinity, PodAffinityTerm, WeightedPodAffinityTerm } from "./affinity.ts";
import type { Pod } from "./pod.ts";
import type { TopologySpreadConstraint } from "./pod-spec.ts";

type Labels = Readonly<Record<string, string>>;

/** Writes the pod's own values of `matchLabelKeys` and `mismatchLabelKeys` into the selectors they stand beside, once, when it is made. */
export function withMatchLabelKeys(pod: Pod): Pod {
  const { labels } = pod.metadata;
  const { affinity, topologySpreadConstraints: spread } = pod.spec;
  if (labels === undefined) return pod;
  const merged = affinity === undefined ? undefined : mergedAffinity(affinity, labels);
  const constraints = spread === undefined ? undefined : mapShared(spread, (one) => mergedSelector(one, labels));
  if (merged === affinity && constraints === spread) return pod;
  return { ...pod, spec: { ...pod.spec, affinity: merged, topologySpreadConstraints: constraints } };
}

function mergedAffinity(affinity: Affinity, labels: Labels): Affinity {
  const podAffinity = mergedTerms(affinity.podAffinity, labels);
  const podAntiAffinity = mergedTerms(affinity.podAntiAffinity, labels);
  if (podAffinity === affinity.podAffinity && podAntiAffinity === affinity.podAntiAffinity) return affinity;
  return { ...affinity, podAffinity, podAntiAffinity };
}

interface Terms {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] | undefined;
  readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly WeightedPodAffinityTerm[] | undefined;
}

function mergedTerms<T extends Terms | undefined>(terms: T, labels: Labels): T {
  if (terms === undefined) return terms;
  const required = terms.requiredDuringSchedulingIgnoredDuringExecution;
  const preferred = terms.preferredDuringSchedulingIgnoredDuringExecution;
  const nextRequired = required === undefined ? undefined : mapShared(required, (term) => mergedSelector(term, labels));
  const nextPreferred =
    preferred === undefined
      ? undefined
      : mapShared(preferred, (weighted) => {
          const podAffinityTerm = mergedSelector(weighted.podAffinityTerm, labels);
          return podAffinityTerm === weighted.podAffinityTerm ? weighted : { ...weighted, podAffinityTerm };
        });
  if (nextRequired === required && nextPreferred === preferred) return terms;
  return {
    ...terms,
    requiredDuringSchedulingIgnoredDuringExecution: nextRequired,
    preferredDuringSchedulingIgnoredDuringExecution: nextPreferred,
  };
}

interface Keyed {
  readonly labelSelector?: LabelSelector | undefined;
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly mismatchLabelKeys?: readonly string[] | undefined;
}

function mergedSelector<T extends PodAffinityTerm | TopologySpreadConstraint>(term: T & Keyed, labels: Labels): T {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const expressions = [
    ...matchLabelKeys.flatMap((key) => expressionOf(key, "In", labels)),
    ...mismatchLabelKeys.flatMap((key) => expressionOf(key, "NotIn", labels)),
  ];
  if (labelSelector === undefined || expressions.length === 0) return term;
  const matchExpressions = [...(labelSelector.matchExpressions ?? []), ...expressions];
  return { ...term, labelSelector: { ...labelSelector, matchExpressions } };
}

function expressionOf(
  key: string,
  operator: "In" | "NotIn",
  labels: Labels,
): readonly { key: string; operator: string; values: string[] }[] {
  const value = labels[key];
  return value === undefined ? [] : [{ key, operator, values: [value] }];
}
