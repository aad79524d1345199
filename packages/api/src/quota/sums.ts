import { parseQuantity } from "@skates/apimachinery";
import type { Quantities } from "../core/v1/pod-resources.ts";

/** The sum of both, name by name. */
export function addQuantities(a: Quantities, b: Quantities): Quantities {
  const sums: Record<string, string> = { ...a };
  for (const [name, text] of Object.entries(b)) {
    const old = sums[name];
    sums[name] = old === undefined ? text : parseQuantity(old).add(parseQuantity(text)).toString();
  }
  return sums;
}

/** What `a` is more than `b`, name by name. */
export function subtractQuantities(a: Quantities, b: Quantities): Quantities {
  const rest: Record<string, string> = { ...a };
  for (const [name, text] of Object.entries(b)) {
    rest[name] = parseQuantity(rest[name] ?? "0")
      .add(parseQuantity(text).neg())
      .toString();
  }
  return rest;
}

/** Only the amounts of these names. */
export function masked(quantities: Quantities, names: readonly string[]): Quantities {
  const out: Record<string, string> = {};
  for (const name of names) {
    const text = quantities[name];
    if (text !== undefined) out[name] = text;
  }
  return out;
}

/** The names for which there is more than `hard` allows, sorted. */
export function exceeding(used: Quantities, hard: Quantities): readonly string[] {
  return Object.keys(used)
    .filter((name) => {
      const bound = hard[name];
      return bound !== undefined && parseQuantity(used[name] ?? "0").compare(parseQuantity(bound)) > 0;
    })
    .toSorted((a, b) => (a < b ? -1 : 1));
}
