import { parseQuantity } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";

/** What the pod asks for as a whole, or else regular containers and sidecars together, or the largest plain init container beside the sidecars before it. */
export function podRequest(pod: Pod, name: string): number {
  const whole = pod.spec.resources?.requests?.[name];
  if (whole !== undefined) return amount(name, whole) + amount(name, pod.spec.overhead?.[name]);
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
export function amount(name: string, quantity: string | undefined): number {
  if (quantity === undefined) return 0;
  const parsed = parseQuantity(quantity);
  return name === "cpu" ? parsed.milliValue() : parsed.value();
}
