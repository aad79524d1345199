import { type Pod, podQosClass, type QosClass } from "@skates/api/core/v1";
import { mayPreempt } from "./importance.ts";
import { podRequest } from "./pod-request.ts";
import type { Shortage } from "./shortages.ts";

/** An amount of a resource that has still to be freed; cpus in thousandths. */
interface Need {
  readonly name: string;
  readonly amount: number;
}

/**
 * The pods to end so that a critical pod has what it lacks: as few of the Guaranteed as possible, then of the Burstable, then of the
 * BestEffort, and of each those that come nearest to what is lacking. Throws, in upstream's words, if all of them would not do.
 */
export function victims(pod: Pod, others: readonly Pod[], lacking: readonly Shortage[]): readonly Pod[] {
  const needs = lacking.map(({ name, wanted, used, capacity }) => ({ name, amount: wanted - (capacity - used) }));
  const lesser = others.filter((other) => mayPreempt(pod, other));
  const of = (wanted: QosClass) => lesser.filter((other) => podQosClass(other) === wanted);
  const [bestEffort, burstable] = [of("BestEffort"), of("Burstable")];
  const unmet = without(needs, lesser);
  if (unmet.length > 0) throw notFound(unmet);
  const guaranteed = nearest(of("Guaranteed"), without(needs, [...bestEffort, ...burstable]));
  const some = nearest(burstable, without(needs, [...bestEffort, ...guaranteed]));
  const rest = nearest(bestEffort, without(needs, [...some, ...guaranteed]));
  return [...rest, ...some, ...guaranteed];
}

function nearest(pods: readonly Pod[], needs: readonly Need[]): readonly Pod[] {
  const chosen: Pod[] = [];
  let left = needs;
  while (left.length > 0) {
    const candidates = pods.filter((pod) => !chosen.includes(pod));
    const best = candidates.toSorted((a, b) => distance(a, left) - distance(b, left) || size(a, b))[0];
    if (best === undefined) throw notFound(left);
    chosen.push(best);
    left = without(left, [best]);
  }
  return chosen;
}

/** How much of the needs would be left, each resource by its part, so that amounts of bytes do not outweigh cpus. */
function distance(pod: Pod, needs: readonly Need[]): number {
  return needs.reduce((sum, need) => sum + Math.max(0, 1 - given(pod, need) / need.amount) ** 2, 0);
}

function size(a: Pod, b: Pod): number {
  return podRequest(a, "memory") - podRequest(b, "memory") || podRequest(a, "cpu") - podRequest(b, "cpu");
}

function without(needs: readonly Need[], pods: readonly Pod[]): readonly Need[] {
  return needs
    .map((need) => ({ ...need, amount: pods.reduce((left, pod) => left - given(pod, need), need.amount) }))
    .filter(({ amount }) => amount > 0);
}

/** A pod frees one place for pods. */
function given(pod: Pod, { name }: Need): number {
  return name === "pods" ? 1 : podRequest(pod, name);
}

function notFound(needs: readonly Need[]): Error {
  const text = needs.map(({ name, amount }) => `(res: ${name}, q: ${amount}), `).join("");
  return new Error(`no set of running pods found to reclaim resources: [${text}]`);
}
