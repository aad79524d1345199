import { isExtendedResource, type Pod, podRequests, type Quantities } from "@skates/api/core/v1";
import type { Resources } from "../env/resource-ref.ts";
import type { Waiting } from "../plan/plan-pod.ts";
import { amount } from "./pod-request.ts";

/** A resource of which a node has less left than a pod asks for; cpus in thousandths. */
export interface Shortage {
  readonly name: string;
  readonly wanted: number;
  readonly used: number;
  readonly capacity: number;
}

/**
 * All resources of which the node has not enough for `pod` beside `others`, in upstream's order. Extended resources that the node knows
 * nothing of are somebody else's affair.
 */
export function shortages(pod: Pod, others: readonly Pod[], allocatable: Resources): readonly Shortage[] {
  const out: Shortage[] = [];
  const podsMax = Number(allocatable["pods"] ?? Infinity);
  if (others.length + 1 > podsMax) out.push({ name: "pods", wanted: 1, used: others.length, capacity: podsMax });
  const wants = podRequests(pod);
  let have: readonly Quantities[] | undefined;
  for (const name of [...BASIC, ...Object.keys(wants).filter(isCounted)]) {
    const limit = allocatable[name];
    if (limit === undefined && !name.startsWith("hugepages-")) continue;
    const wanted = amount(name, wants[name]);
    if (wanted === 0) continue;
    have ??= others.map(podRequests);
    const used = have.reduce((sum, other) => sum + amount(name, other[name]), 0);
    const capacity = amount(name, limit);
    if (used + wanted > capacity) out.push({ name, wanted, used, capacity });
  }
  return out;
}

/** The refusal for a shortage, in upstream's words. */
export function shortageRefusal({ name, wanted, used, capacity }: Shortage): Waiting {
  const message = `Node didn't have enough resource: ${name}, requested: ${wanted}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${name}`, message };
}

const BASIC: readonly string[] = ["cpu", "memory", "ephemeral-storage"];

function isCounted(name: string): boolean {
  return isExtendedResource(name) || name.startsWith("hugepages-");
}
