import { CelError, noSuchOverload } from "../cel-error.ts";
import { INT_MIN, intOf, isInt } from "../integer.ts";
import type { CelValue } from "../value.ts";
import { bytes, double, isInteger, isObject, uint } from "./scalars.ts";
import { addLists } from "./list.ts";
import { addDuration, durationOf, subtractTimestamps } from "./time.ts";

const OVERFLOW = "integer overflow";

/** An `int` of an exact result. Throws CelError beyond 64 bits. */
function checkedInt(value: bigint): number | bigint {
  if (!isInt(value)) throw new CelError(OVERFLOW);
  return intOf(value);
}

/** `a + b` of whatever can be added. */
export function add(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    return Number.isSafeInteger(sum) ? sum : checkedInt(BigInt(a) + BigInt(b));
  }
  if (typeof a === "string" && typeof b === "string") return a + b;
  if (isInteger(a) && isInteger(b)) return checkedInt(BigInt(a) + BigInt(b));
  if (!isObject(a)) throw unfit(a, "_+_");
  switch (a.kind) {
    case "double":
      if (isKind(b, "double")) return double(a.value + b.value);
      break;
    case "uint":
      if (isKind(b, "uint")) return uint(a.value + b.value);
      break;
    case "list":
      if (isKind(b, "list")) return addLists(a, b);
      break;
    case "bytes":
      if (isKind(b, "bytes")) return addBytes(a.value, b.value);
      break;
    case "duration":
      if (isKind(b, "duration")) return durationOf(a.nanos + b.nanos);
      if (isKind(b, "timestamp")) return addDuration(b, a.nanos);
      break;
    case "timestamp":
      if (isKind(b, "duration")) return addDuration(a, b.nanos);
      break;
    default:
      throw unfit(a, "_+_");
  }
  throw noSuchOverload();
}

function addBytes(a: Uint8Array, b: Uint8Array): CelValue {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return bytes(out);
}

/** `a - b`. */
export function subtract(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "number" && typeof b === "number") {
    const difference = a - b;
    return Number.isSafeInteger(difference) ? difference : checkedInt(BigInt(a) - BigInt(b));
  }
  if (isInteger(a) && isInteger(b)) return checkedInt(BigInt(a) - BigInt(b));
  if (!isObject(a)) throw unfit(a, "_-_");
  switch (a.kind) {
    case "double":
      if (isKind(b, "double")) return double(a.value - b.value);
      break;
    case "uint":
      if (isKind(b, "uint")) return uint(a.value - b.value);
      break;
    case "duration":
      if (isKind(b, "duration")) return durationOf(a.nanos - b.nanos);
      break;
    case "timestamp":
      if (isKind(b, "duration")) return addDuration(a, durationOf(-b.nanos).nanos);
      if (isKind(b, "timestamp")) return subtractTimestamps(a, b);
      break;
    default:
      throw unfit(a, "_-_");
  }
  throw noSuchOverload();
}

/** `a * b`. */
export function multiply(a: CelValue, b: CelValue): CelValue {
  if (typeof a === "number" && typeof b === "number") {
    const product = a * b;
    // Minus zero is no integer.
    return Number.isSafeInteger(product) ? product + 0 : checkedInt(BigInt(a) * BigInt(b));
  }
  if (isInteger(a) && isInteger(b)) return checkedInt(BigInt(a) * BigInt(b));
  if (!isObject(a)) throw unfit(a, "_*_");
  if (a.kind === "double" && isKind(b, "double")) return double(a.value * b.value);
  if (a.kind === "uint" && isKind(b, "uint")) return uint(a.value * b.value);
  throw a.kind === "double" || a.kind === "uint" ? noSuchOverload() : unfit(a, "_*_");
}

/** `a / b`; integers are cut towards zero. */
export function divide(a: CelValue, b: CelValue): CelValue {
  if (isInteger(a) && isInteger(b)) {
    if (b === 0) throw new CelError("division by zero");
    return typeof a === "number" && typeof b === "number" ? Math.trunc(a / b) + 0 : checkedInt(BigInt(a) / BigInt(b));
  }
  if (!isObject(a)) throw unfit(a, "_/_");
  if (a.kind === "double" && isKind(b, "double")) return double(a.value / b.value);
  if (a.kind === "uint" && isKind(b, "uint")) {
    if (b.value === 0n) throw new CelError("division by zero");
    return uint(a.value / b.value);
  }
  throw a.kind === "double" || a.kind === "uint" ? noSuchOverload() : unfit(a, "_/_");
}

/** `a % b`; takes the sign of `a`. */
export function modulo(a: CelValue, b: CelValue): CelValue {
  if (isInteger(a) && isInteger(b)) {
    if (b === 0) throw new CelError("modulus by zero");
    if (typeof a === "number" && typeof b === "number") return (a % b) + 0;
    if (BigInt(a) === INT_MIN && b === -1) throw new CelError(OVERFLOW);
    return intOf(BigInt(a) % BigInt(b));
  }
  if (!isObject(a) || a.kind !== "uint") throw unfit(a, "_%_");
  if (!isObject(b) || b.kind !== "uint") throw noSuchOverload();
  if (b.value === 0n) throw new CelError("modulus by zero");
  return uint(a.value % b.value);
}

/** `-a`. */
export function negate(a: CelValue): CelValue {
  if (typeof a === "number") return 0 - a;
  if (typeof a === "bigint") return checkedInt(-a);
  if (isObject(a) && a.kind === "double") return double(-a.value);
  if (isObject(a) && a.kind === "duration") return durationOf(-a.nanos);
  throw typeof a === "boolean" ? noSuchOverload() : unfit(a, "-_");
}

function isKind<K extends Kind>(value: CelValue, kind: K): value is Extract<CelValue, { readonly kind: K }> {
  return isObject(value) && value.kind === kind;
}

type Kind = Extract<CelValue, { readonly kind: string }>["kind"];

function unfit(a: CelValue, name: string): CelError {
  // Upstream names the function where the first operand has nothing to do with it, and not where only the second is wrong.
  return typeof a === "string" || typeof a === "number" || typeof a === "bigint"
    ? noSuchOverload()
    : new CelError(`no such overload: ${name}`);
}
