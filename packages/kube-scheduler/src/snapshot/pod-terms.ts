import { labelSelector, type LabelSelector, type Selector } from "@skates/apimachinery";
import type { Pod, PodAffinityTerm } from "@skates/api/core/v1";

/** Which pods are meant, and over which part of the cluster. Immutable. */
export interface AffinityTerm {
  /** Terms with the same id mean the same. */
  readonly id: string;
  readonly topologyKey: string;
  readonly namespaces: ReadonlySet<string>;
  /** Further namespaces, by their labels. */
  readonly namespaceSelector: Selector | undefined;
  readonly selector: Selector;
}

export interface WeightedTerm {
  readonly term: AffinityTerm;
  readonly weight: number;
}

/** What a pod says about other pods. */
export interface PodTerms {
  readonly requiredAffinity: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedTerm[];
  readonly preferredAnti: readonly WeightedTerm[];
}

/** Undefined for the many pods that say nothing about others. */
export function podTermsOf(pod: Pod): PodTerms | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return undefined;
  const read = (term: PodAffinityTerm): AffinityTerm => termOf(term, pod);
  return {
    requiredAffinity: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(read),
    requiredAnti: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(read),
    preferredAffinity: (podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm, weight }) => ({ term: read(podAffinityTerm), weight }),
    ),
    preferredAnti: (podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(
      ({ podAffinityTerm, weight }) => ({ term: read(podAffinityTerm), weight }),
    ),
  };
}

function termOf(term: PodAffinityTerm, owner: Pod): AffinityTerm {
  const { topologyKey, namespaces = [], matchLabelKeys = [], mismatchLabelKeys = [] } = term;
  const own = namespaces.length === 0 && term.namespaceSelector === undefined;
  const names = own ? [owner.metadata.namespace ?? ""] : namespaces.toSorted();
  const namespaceSelector = term.namespaceSelector === undefined ? undefined : labelSelector(term.namespaceSelector);
  const selector = labelSelector(
    withKeys(withKeys(term.labelSelector, owner, { keys: matchLabelKeys, operator: "In" }), owner, {
      keys: mismatchLabelKeys,
      operator: "NotIn",
    }),
  );
  const id = JSON.stringify([topologyKey, names, textOf(namespaceSelector), textOf(selector)]);
  return { id, topologyKey, namespaces: new Set(names), namespaceSelector, selector };
}

/** The selector with the owner's own values of these labels. The server has done so already; doing it twice changes nothing. */
export function withKeys(
  selector: LabelSelector | undefined,
  owner: Pod,
  { keys, operator }: { readonly keys: readonly string[]; readonly operator: "In" | "NotIn" },
): LabelSelector | undefined {
  if (selector === undefined) return undefined;
  const more = keys.flatMap((key) => {
    const value = owner.metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
  if (more.length === 0) return selector;
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...more] };
}

/** Text by which selectors that mean the same can be known. */
export function textOf(selector: Selector | undefined): string | null {
  if (selector === undefined || selector.nothing) return null;
  return selector.toString();
}
