import type { Pod } from "../core/v1/pod.ts";
import type { PersistentVolumeClaim } from "../core/v1/persistent-volume-claim.ts";
import type { ResourceQuota, ScopedResourceSelectorRequirement } from "../core/v1/resource-quota.ts";
import { computeQosClass } from "../core/v1/pod-resources.ts";

export type ScopeRequirement = ScopedResourceSelectorRequirement;

/** All scopes of a quota, in the longer form. */
export function scopesOf(quota: ResourceQuota): readonly ScopeRequirement[] {
  const { scopes = [], scopeSelector } = quota.spec;
  const simple = scopes.map((scopeName): ScopeRequirement => ({ scopeName, operator: "Exists" }));
  return [...simple, ...(scopeSelector?.matchExpressions ?? [])];
}

/** What scopes can be about. */
export interface ScopeSubject {
  readonly pod?: Pod;
  readonly claim?: PersistentVolumeClaim;
}

/** Whether an object is among those that a quota is about. */
export function scopesMatch(quota: ResourceQuota, subject: ScopeSubject): boolean {
  return scopesOf(quota).every((scope) => isInScope(scope, subject));
}

/** Whether an object is in a scope. */
export function isInScope(scope: ScopeRequirement, { pod, claim }: ScopeSubject): boolean {
  return pod !== undefined ? podInScope(scope, pod) : claim !== undefined && claimInScope(scope, claim);
}

function podInScope(scope: ScopeRequirement, pod: Pod): boolean {
  const { spec } = pod;
  switch (scope.scopeName) {
    case "Terminating":
      return spec.activeDeadlineSeconds !== undefined && spec.activeDeadlineSeconds >= 0;
    case "NotTerminating":
      return spec.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return computeQosClass(spec) === "BestEffort";
    case "NotBestEffort":
      return computeQosClass(spec) !== "BestEffort";
    case "PriorityClass":
      return textMatches(scope, spec.priorityClassName);
    case "CrossNamespacePodAffinity":
      return reachesOtherNamespaces(pod);
    case "VolumeAttributesClass":
      return false;
  }
}

function claimInScope(scope: ScopeRequirement, claim: PersistentVolumeClaim): boolean {
  if (scope.scopeName !== "VolumeAttributesClass") return false;
  const { spec, status } = claim;
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.some((name) => textMatches(scope, name));
}

/** A scope of a text is like a label selector on it; an empty text is none. */
function textMatches({ operator, values = [] }: ScopeRequirement, text: string | undefined): boolean {
  const there = text !== undefined && text !== "";
  switch (operator) {
    case "Exists":
      return there;
    case "DoesNotExist":
      return !there;
    case "In":
      return there && values.includes(text);
    case "NotIn":
      return !there || !values.includes(text);
  }
}

function reachesOtherNamespaces({ spec }: Pod): boolean {
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
  return [podAffinity, podAntiAffinity].some((affinity) => {
    const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    const terms = [
      ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...preferred.map(({ podAffinityTerm }) => podAffinityTerm),
    ];
    return terms.some((term) => (term?.namespaces?.length ?? 0) > 0 || term?.namespaceSelector !== undefined);
  });
}
