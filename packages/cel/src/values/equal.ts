import type { CelList, CelMap, CelObject, CelValue } from "../value.ts";
import type { Meter } from "./bounds.ts";
import { isObject } from "./scalars.ts";

/**
 * `a == b`: numbers by value whatever their types, lists and maps by content; values of different types are
 * unequal. What is compared within lists and maps is counted by the meter.
 */
export function equals(a: CelValue, b: CelValue, meter?: Meter): boolean {
  if (a === b) return !(isObject(a) && a.kind === "double" && Number.isNaN(a.value));
  if (!isObject(a)) return isObject(b) && isNumeric(b) && equalsNumber(b.value, a);
  if (!isObject(b)) return isNumeric(a) && equalsNumber(a.value, b);
  switch (a.kind) {
    case "double":
    case "uint":
      return isNumeric(b) && equalNumbers(a.value, b.value);
    case "bytes":
      return b.kind === "bytes" && equalBytes(a.value, b.value);
    case "timestamp":
      return b.kind === "timestamp" && a.seconds === b.seconds && a.nanos === b.nanos;
    case "duration":
      return b.kind === "duration" && a.nanos === b.nanos;
    case "list":
      return b.kind === "list" && equalLists(a, b, meter);
    case "map":
      return b.kind === "map" && equalMaps(a, b, meter);
    case "optional":
      if (b.kind !== "optional") return false;
      if (a.value === undefined || b.value === undefined) return a.value === b.value;
      return equals(a.value, b.value, meter);
    case "type":
      return b.kind === "type" && a.type.name === b.type.name;
    case "object":
      return b.kind === "object" && equalObjects(a, b, meter);
    case "opaque":
      return b.kind === "opaque" && a.type.name === b.type.name && a.equals?.(b) === true;
  }
}

function isNumeric(value: CelValue): value is Extract<CelValue, { kind: "double" | "uint" }> {
  return isObject(value) && (value.kind === "double" || value.kind === "uint");
}

function equalsNumber(number: number | bigint, other: CelValue): boolean {
  return (typeof other === "number" || typeof other === "bigint") && equalNumbers(number, other);
}

/** Upstream compares an integer with a floating point number as the latter. */
function equalNumbers(a: number | bigint, b: number | bigint): boolean {
  return typeof a === typeof b ? a === b : Number(a) === Number(b);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function equalLists(a: CelList, b: CelList, meter: Meter | undefined): boolean {
  meter?.work(Math.min(a.size, b.size));
  if (a.rules !== undefined) return a.rules.equals(a, b, meter);
  if (a.size !== b.size) return false;
  for (let i = 0; i < a.size; i++) if (!equals(a.at(i), b.at(i), meter)) return false;
  return true;
}

function equalMaps(a: CelMap, b: CelMap, meter: Meter | undefined): boolean {
  meter?.work(Math.min(a.size, b.size));
  if (a.size !== b.size) return false;
  const own = a.equals?.(b, meter);
  if (own !== undefined) return own;
  for (const key of a.keys()) {
    const ours = a.get(key);
    const theirs = b.get(key);
    if (ours === undefined || theirs === undefined || !equals(ours, theirs, meter)) return false;
  }
  return true;
}

function equalObjects(a: CelObject, b: CelObject, meter: Meter | undefined): boolean {
  if (a.type.name !== b.type.name || a.fields.size !== b.fields.size) return false;
  for (const [name, value] of a.fields) {
    const other = b.fields.get(name);
    if (other === undefined || !equals(value, other, meter)) return false;
  }
  return true;
}
