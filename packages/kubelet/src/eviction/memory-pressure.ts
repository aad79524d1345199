import { parseQuantity } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import { podRequest } from "../admission/pod-request.ts";
import { podContainers } from "../pod/containers.ts";

/** Memory that cannot be given back at once, in bytes, by the names of a pod's containers. */
export type MemoryUse = ReadonlyMap<string, number>;

/** What the node has, and what it should have at least, in bytes. */
export interface MemoryLack {
  readonly availableBytes: number;
  readonly thresholdBytes: number;
}

/**
 * Pods in the order in which they end when the node is short of memory: those first that use more than they asked for, then the less
 * important, then those that are furthest above what they asked for. `use` is by uid; a pod of which nothing is known goes first.
 */
export function memoryOrder(pods: readonly Pod[], use: ReadonlyMap<string, MemoryUse>): readonly Pod[] {
  const ranked = pods.map((pod) => {
    const excess = total(use.get(pod.metadata.uid ?? "")) - podRequest(pod, "memory");
    return { pod, excess, priority: pod.spec.priority ?? 0 };
  });
  const sorted = ranked.toSorted(
    (a, b) => Number(b.excess > 0) - Number(a.excess > 0) || a.priority - b.priority || compare(b.excess, a.excess),
  );
  return sorted.map(({ pod }) => pod);
}

/** What is told of a pod that ends for want of memory, in upstream's words. */
export function memoryMessage(pod: Pod, use: MemoryUse, { availableBytes, thresholdBytes }: MemoryLack): string {
  const asked = pod.spec.resources?.requests?.["memory"];
  const parts = [
    "The node was low on resource: memory. ",
    `Threshold quantity: ${kibibytes(thresholdBytes)}, available: ${kibibytes(availableBytes)}. `,
    ...(asked === undefined ? [] : [`Pod ${pod.metadata.name} ${tooMuch(total(use), asked)}`]),
  ];
  for (const { container } of podContainers(pod)) {
    const bytes = use.get(container.name);
    const request = container.resources?.requests?.["memory"] ?? "0";
    if (bytes === undefined || bytes <= parseQuantity(request).value()) continue;
    parts.push(`Container ${container.name} ${tooMuch(bytes, request)}`);
  }
  return parts.join("");
}

function tooMuch(bytes: number, request: string): string {
  const canonical = parseQuantity(request).toString();
  return `was using ${kibibytes(bytes)}, request is ${canonical}, has larger consumption of memory. `;
}

function total(use: MemoryUse | undefined): number {
  return use === undefined ? Infinity : [...use.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Infinity less itself is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function kibibytes(bytes: number): string {
  return parseQuantity(`${Math.floor(bytes / 1024)}Ki`).toString();
}
