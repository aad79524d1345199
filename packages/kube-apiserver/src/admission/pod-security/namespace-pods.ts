import type { Pod } from "@skates/api/core/v1";
import { controllerOf } from "@skates/controller-runtime";
import { evaluatePod, reasonsOf } from "./evaluate.ts";
import { formatLevelVersion, type LevelVersion } from "./levels.ts";

/** Pods that one change of a namespace's labels looks at; about 40 ms. */
const PODS_MAX = 3000;

/** Warnings about the pods of a namespace that would not be let in any more; those with the same faults share one. */
export function existingPodWarnings(namespace: string, enforce: LevelVersion, pods: readonly Pod[]): readonly string[] {
  const ordered = onePerOwnerFirst(pods);
  const found = new Map<string, string[]>();
  for (const pod of ordered.slice(0, PODS_MAX)) {
    const violations = evaluatePod(enforce, pod);
    if (violations.length === 0) continue;
    const reasons = reasonsOf(violations);
    found.set(reasons, [...(found.get(reasons) ?? []), pod.metadata.name]);
  }
  const warnings = [...found].map(([reasons, names]) => `${firstAndOthers(names)}: ${reasons}`).sort();
  const partial = `new PodSecurity enforce level only checked against the first ${PODS_MAX} of ${ordered.length} existing pods`;
  const level = JSON.stringify(formatLevelVersion(enforce));
  const head = `existing pods in namespace ${JSON.stringify(namespace)} violate the new PodSecurity enforce level ${level}`;
  return [...(ordered.length > PODS_MAX ? [partial] : []), ...(warnings.length > 0 ? [head] : []), ...warnings];
}

/** Pods of one owner are alike: one of each comes before the others. */
function onePerOwnerFirst(pods: readonly Pod[]): readonly Pod[] {
  const owners = new Set<string>();
  const first: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod)?.uid;
    (owner !== undefined && owners.has(owner) ? others : first).push(pod);
    if (owner !== undefined) owners.add(owner);
  }
  return [...first, ...others];
}

function firstAndOthers(names: readonly string[]): string {
  const first = names.toSorted()[0] ?? "";
  const others = names.length - 1;
  if (others === 0) return first;
  return `${first} (and ${others} other ${others === 1 ? "pod" : "pods"})`;
}
