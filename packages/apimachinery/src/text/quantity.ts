/** How a quantity was written: `100m` and `1G`, `12e6`, `1Gi`. Kept by arithmetic and used again when it is printed. */
export type QuantityFormat = "DecimalSI" | "DecimalExponent" | "BinarySI";

/** An exact number with a unit prefix, such as `100m` or `1Gi`. Immutable. */
export interface Quantity {
  /** The number is `units` billionths. */
  readonly units: bigint;
  readonly format: QuantityFormat;
  /** -1, 0 or 1. */
  readonly sign: number;
  /** Negative, zero or positive as this is less than, equal to or more than `other`. */
  compare(other: Quantity): number;
  add(other: Quantity): Quantity;
  sub(other: Quantity): Quantity;
  neg(): Quantity;
  /** The whole number, rounded away from zero. Not exact beyond 2^53. */
  value(): number;
  /** Thousandths, rounded away from zero. Not exact beyond 2^53. */
  milliValue(): number;
  /** The nearest floating point number. */
  toNumber(): number;
  /** Canonical text: no fraction, the largest prefix that loses nothing. */
  toString(): string;
}

/** Text that is no quantity; the message is upstream's. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

const WRONG_FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const WRONG_NUMBER = "unable to parse numeric part of quantity";
const WRONG_SUFFIX = "unable to parse quantity's suffix";
const SHAPE = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const NANO = 1_000_000_000n;
const DECIMAL: ReadonlyMap<string, number> = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const DECIMAL_SUFFIXES: ReadonlyMap<number, string> = new Map([...DECIMAL].map(([suffix, power]) => [power, suffix]));
const BINARY_SUFFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;
const INT64_MAX_UNITS = (2n ** 63n - 1n) * NANO;

/** A cluster writes the same few quantities over and over; quantities are immutable, so that one can stand for all of its text. */
const KNOWN_MAX = 1024;
const KNOWN_LENGTH_MAX = 16;
const known = new Map<string, Quantity>();

/** Reads a quantity. Throws QuantityError with upstream's text. */
export function parseQuantity(text: string): Quantity {
  const before = known.get(text);
  if (before !== undefined) return before;
  const quantity = readQuantity(text);
  if (text.length <= KNOWN_LENGTH_MAX) {
    if (known.size >= KNOWN_MAX) known.clear();
    known.set(text, quantity);
  }
  return quantity;
}

function readQuantity(text: string): Quantity {
  const shape = SHAPE.exec(text);
  if (shape === null || text === "") throw new QuantityError(WRONG_FORMAT);
  const [, sign = "", whole = "", fraction = "", suffix = ""] = shape;
  const { base, exponent, format } = readSuffix(suffix);
  const digits = whole + fraction;
  // Upstream takes a suffix without a number for zero, but not the largest binary ones.
  if (digits === "" && base === 2 && exponent >= 50) throw new QuantityError(WRONG_NUMBER);
  const mantissa = BigInt(digits);
  let magnitude =
    base === 10
      ? scaleUp(mantissa, exponent + 9 - fraction.length)
      : scaleUp(mantissa * 2n ** BigInt(exponent), 9 - fraction.length);
  if (format === "BinarySI" && magnitude > INT64_MAX_UNITS) magnitude = INT64_MAX_UNITS;
  const small = format === "BinarySI" && magnitude > 0n && magnitude < NANO;
  return quantityOf(sign === "-" ? -magnitude : magnitude, small ? "DecimalSI" : format);
}

/** A quantity of `units` billionths. */
export function quantityOf(units: bigint, format: QuantityFormat = "DecimalSI"): Quantity {
  return new ExactQuantity(units, format);
}

/** A class, since its methods would otherwise be made anew for each of the many quantities of a pod. */
class ExactQuantity implements Quantity {
  readonly units: bigint;
  readonly format: QuantityFormat;
  constructor(units: bigint, format: QuantityFormat) {
    this.units = units;
    this.format = format;
  }
  get sign(): number {
    return this.units === 0n ? 0 : this.units < 0n ? -1 : 1;
  }
  compare(other: Quantity): number {
    return this.units === other.units ? 0 : this.units < other.units ? -1 : 1;
  }
  add(other: Quantity): Quantity {
    return new ExactQuantity(this.units + other.units, this.units === 0n ? other.format : this.format);
  }
  sub(other: Quantity): Quantity {
    return new ExactQuantity(this.units - other.units, this.units === 0n ? other.format : this.format);
  }
  neg(): Quantity {
    return new ExactQuantity(-this.units, this.format);
  }
  value(): number {
    return Number(divideAway(this.units, NANO));
  }
  milliValue(): number {
    return Number(divideAway(this.units, 1_000_000n));
  }
  toNumber(): number {
    return Number(this.units / NANO) + Number(this.units % NANO) / 1e9;
  }
  toString(): string {
    return formatQuantity(this.units, this.format);
  }
}

/** A quantity of a whole number, in the format given. */
export function quantityFromNumber(value: number, format: QuantityFormat = "DecimalSI"): Quantity {
  return quantityOf(BigInt(value) * NANO, format);
}

/** A quantity of thousandths: `milliQuantity(1500)` is `1500m`. */
export function milliQuantity(milli: number, format: QuantityFormat = "DecimalSI"): Quantity {
  return quantityOf(BigInt(milli) * 1_000_000n, format);
}

const CANONICAL = /^(?:0|[1-9][0-9]{0,2}(?:m|k|M|G|T|Ki|Mi|Gi|Ti)?|[1-9][0-9]{0,8}[1-9])$/;

/** The canonical text of a quantity. Throws QuantityError. */
export function canonicalQuantity(text: string): string {
  return CANONICAL.test(text) ? text : parseQuantity(text).toString();
}

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function readSuffix(suffix: string): Suffix {
  const power = DECIMAL.get(suffix);
  if (power !== undefined) return { base: 10, exponent: power, format: "DecimalSI" };
  const binary = BINARY_SUFFIXES.findIndex((s) => s === suffix);
  if (binary > 0) return { base: 2, exponent: binary * 10, format: "BinarySI" };
  if (/^[eE][-+]?[0-9]+$/.test(suffix)) {
    const exponent = Number(suffix.slice(1));
    // Upstream's exponents are 32-bit; far smaller ones already leave any sensible range.
    if (Math.abs(exponent) <= 1000) return { base: 10, exponent, format: "DecimalExponent" };
  }
  throw new QuantityError(WRONG_SUFFIX);
}

/** `value` times 10^power; a negative power rounds up, so that what is asked for is never nothing. */
function scaleUp(value: bigint, power: number): bigint {
  return power >= 0 ? value * 10n ** BigInt(power) : divideAway(value, 10n ** BigInt(-power));
}

function divideAway(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (value % by === 0n) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

function formatQuantity(units: bigint, format: QuantityFormat): string {
  if (units === 0n) return "0";
  const magnitude = units < 0n ? -units : units;
  if (format === "BinarySI" && magnitude >= 1024n * NANO && magnitude % NANO === 0n) return formatBinary(units / NANO);
  return formatDecimal(units, format === "DecimalExponent");
}

function formatBinary(value: bigint): string {
  let rest = value;
  let power = 0;
  while (rest % 1024n === 0n && power < BINARY_SUFFIXES.length - 1) {
    rest /= 1024n;
    power++;
  }
  return `${rest}${BINARY_SUFFIXES[power] ?? ""}`;
}

function formatDecimal(units: bigint, exponential: boolean): string {
  let rest = units;
  let power = -9;
  while (rest % 1000n === 0n) {
    rest /= 1000n;
    power += 3;
  }
  const suffix = exponential ? undefined : DECIMAL_SUFFIXES.get(power);
  if (suffix !== undefined) return `${rest}${suffix}`;
  return power === 0 ? `${rest}` : `${rest}e${power}`;
}
