import { equalValues } from "@skates/apimachinery";

/** Whether all that is wanted is there; what defaults added beside it does no harm. */
export function hasAllOf(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && found.length === wanted.length && wanted.every((one, i) => hasAllOf(found[i], one));
  }
  if (typeof wanted !== "object" || wanted === null) return equalValues(found, wanted);
  if (typeof found !== "object" || found === null) return false;
  const there: Readonly<Record<string, unknown>> = { ...found };
  return Object.entries(wanted).every(([name, value]) => hasAllOf(there[name], value));
}
