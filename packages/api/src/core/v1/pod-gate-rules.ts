import { type FieldError, invalid, equalValues } from "@skates/apimachinery";
import type { Findings } from "../../checks.ts";
import type { NodeAffinity } from "./affinity.ts";
import type { NodeSelectorRequirement, NodeSelectorTerm } from "./node-selector.ts";
import type { PodSpec } from "./pod-spec.ts";

const PATH = [
  "spec",
  "affinity",
  "nodeAffinity",
  "requiredDuringSchedulingIgnoredDuringExecution",
  "nodeSelectorTerms",
];

/** While its gates are closed, a pod may still be narrowed to fewer nodes, and never widened. */
export function gatedPlacementErrors(next: PodSpec, old: PodSpec): Findings {
  if ((old.schedulingGates ?? []).length === 0) return [];
  const out: FieldError[] = [];
  const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => next.nodeSelector?.[key] === value);
  if (!kept) {
    const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
    out.push(invalid(["spec", "nodeSelector"], next.nodeSelector ?? {}, detail));
  }
  return [...out, ...affinityErrors(termsOf(next.affinity?.nodeAffinity), termsOf(old.affinity?.nodeAffinity))];
}

function termsOf(affinity: NodeAffinity | undefined): readonly NodeSelectorTerm[] {
  return affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
}

function affinityErrors(next: readonly NodeSelectorTerm[], old: readonly NodeSelectorTerm[]): Findings {
  if (old.length === 0 || equalValues(next, old)) return [];
  if (old.length !== next.length) {
    return [invalid(PATH, next, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")];
  }
  return next.flatMap((term, index) => {
    if (narrows(term, old[index] ?? {})) return [];
    return [invalid([...PATH, index], term, "only additions are allowed (no mutations or deletions)")];
  });
}

/** An empty term matches nothing: any requirement would widen it. */
function narrows(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const { matchExpressions = [], matchFields = [] } = old;
  const empty = matchExpressions.length === 0 && matchFields.length === 0;
  if (empty) return (next.matchExpressions ?? []).length === 0 && (next.matchFields ?? []).length === 0;
  return startsWith(next.matchExpressions ?? [], matchExpressions) && startsWith(next.matchFields ?? [], matchFields);
}

function startsWith(next: readonly NodeSelectorRequirement[], old: readonly NodeSelectorRequirement[]): boolean {
  return old.every((requirement, index) => equalValues(requirement, next[index]));
}

/** Where a gated pod runs, as it was before; for telling what else was changed. */
export function withOldPlacement(next: PodSpec, old: PodSpec): Partial<PodSpec> {
  const { podAffinity, podAntiAffinity } = next.affinity ?? {};
  const bare = podAffinity === undefined && podAntiAffinity === undefined;
  const nodeAffinity = old.affinity?.nodeAffinity;
  const same = bare && old.affinity === undefined ? undefined : { ...next.affinity, nodeAffinity };
  return { nodeSelector: old.nodeSelector, affinity: same };
}
