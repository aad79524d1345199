import type { CelValue } from "@skates/cel";

/** A result as plain data, as far as mappings want it: texts, truth values, null and lists of them; anything else is undefined. */
export function plainValue(value: CelValue): unknown {
  if (value === null || typeof value !== "object") return value;
  if (value.kind === "optional") return value.value === undefined ? null : plainValue(value.value);
  if (value.kind !== "list") return undefined;
  return Array.from({ length: value.size }, (_, index) => plainValue(value.at(index)));
}
