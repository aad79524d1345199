import { parseQuantity } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import type { Resources } from "./env/resource-ref.ts";
import type { Waiting } from "./plan/plan-pod.ts";

/** What a pod that is already here takes, and one that is to come. */
export interface Admission {
  readonly pod: Pod;
  /** Pods of this node that have not ended, without this one. */
  readonly others: readonly Pod[];
  readonly allocatable: Resources;
  /** `linux`. */
  readonly operatingSystem: string;
}

/**
 * Why a pod may not run on this node although it was bound to it: whoever binds pods may know less than the node. undefined: it may.
 * Reasons and messages are upstream's.
 */
export function admit({ pod, others, allocatable, operatingSystem }: Admission): Waiting | undefined {
  const os = pod.spec.os?.name;
  if (os !== undefined && os !== operatingSystem) {
    const message = "Failed to admit pod as the OS field doesn't match node OS";
    return { reason: "PodOSNotSupported", message };
  }
  const podsMax = Number(allocatable["pods"] ?? Infinity);
  if (others.length + 1 > podsMax) return shortage("pods", { wanted: 1, used: others.length, capacity: podsMax });
  for (const name of ["cpu", "memory", "ephemeral-storage"]) {
    const limit = allocatable[name];
    if (limit === undefined) continue;
    const wanted = podRequest(pod, name);
    if (wanted === 0) continue;
    const used = others.reduce((sum, other) => sum + podRequest(other, name), 0);
    const capacity = amount(name, limit);
    if (used + wanted > capacity) return shortage(name, { wanted, used, capacity });
  }
  return undefined;
}

interface Numbers {
  readonly wanted: number;
  readonly used: number;
  readonly capacity: number;
}

function shortage(name: string, { wanted, used, capacity }: Numbers): Waiting {
  const message = `Node didn't have enough resource: ${name}, requested: ${wanted}, used: ${used}, capacity: ${capacity}`;
  return { reason: `OutOf${name}`, message };
}

/** Regular containers and sidecars together, or the largest plain init container beside the sidecars before it. */
export function podRequest(pod: Pod, name: string): number {
  let sidecars = 0;
  let largest = 0;
  for (const container of pod.spec.initContainers ?? []) {
    const own = amount(name, container.resources?.requests?.[name]);
    if (container.restartPolicy === "Always") sidecars += own;
    largest = Math.max(largest, container.restartPolicy === "Always" ? sidecars : sidecars + own);
  }
  const regular = pod.spec.containers.reduce((sum, c) => sum + amount(name, c.resources?.requests?.[name]), sidecars);
  return Math.max(regular, largest) + amount(name, pod.spec.overhead?.[name]);
}

/** Thousandths of cpus, whole numbers of all else. */
function amount(name: string, quantity: string | undefined): number {
  if (quantity === undefined) return 0;
  const parsed = parseQuantity(quantity);
  return name === "cpu" ? parsed.milliValue() : parsed.value();
}
