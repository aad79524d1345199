import type { CelValue } from "../value.ts";
import { formatSeconds, formatTimestamp, plainDecimal } from "./time.ts";

/** A key or index as failures name it. */
export function formatKey(value: CelValue): string {
  if (value === null) return "null";
  if (typeof value !== "object") return String(value);
  switch (value.kind) {
    case "double":
      return formatDouble(value.value);
    case "uint":
      return String(value.value);
    case "bytes":
      return new TextDecoder().decode(value.value);
    case "timestamp":
      return formatTimestamp(value);
    case "duration":
      return formatSeconds(value);
    case "type":
      return value.type.name;
    case "list":
      return "list";
    case "map":
      return "map";
    case "optional":
      return value.value === undefined ? "optional.none()" : `optional(${formatKey(value.value)})`;
    case "object":
    case "opaque":
      return value.type.name;
  }
}

/** A floating point number as Go's `%g` prints it: with an exponent from a million up, or below a ten-thousandth. */
function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa = "", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 6) return withExponent(mantissa, exponent);
  return plainDecimal(value);
}

function withExponent(mantissa: string, exponent: number): string {
  const size = String(Math.abs(exponent)).padStart(2, "0");
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${size}`;
}
