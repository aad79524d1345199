import { parseQuantity } from "@skates/apimachinery";
import { type Pod, podRequests } from "@skates/api/core/v1";

/** What a pod as a whole asks for of one resource, in the unit of `amount`. */
export function podRequest(pod: Pod, name: string): number {
  return amount(name, podRequests(pod)[name]);
}

/** Thousandths of cpus, whole numbers of all else. */
export function amount(name: string, quantity: string | undefined): number {
  if (quantity === undefined) return 0;
  const parsed = parseQuantity(quantity);
  return name === "cpu" ? parsed.milliValue() : parsed.value();
}
