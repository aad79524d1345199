import type { CelValue } from "../value.ts";

/** True for null, false, zero, and what is empty. */
export function isZero(value: CelValue): boolean {
  if (typeof value !== "object" || value === null) return !value;
  switch (value.kind) {
    case "double":
      return value.value === 0;
    case "uint":
      return value.value === 0n;
    case "bytes":
      return value.value.length === 0;
    case "timestamp":
      // Upstream's zero time is the first moment of the year 1.
      return value.seconds === -62_135_596_800 && value.nanos === 0;
    case "duration":
      return value.nanos === 0n;
    case "list":
    case "map":
      return value.size === 0;
    case "optional":
      return value.value === undefined;
    case "object":
      return value.fields.size === 0;
    case "type":
    case "opaque":
      return false;
  }
}
