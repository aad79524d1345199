import { goQuote } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { CelList, CelMap, CelValue } from "../value.ts";
import { checkTextLength } from "../values/bounds.ts";
import { toText } from "../values/convert.ts";
import { compareTexts } from "../values/compare.ts";
import { elementsOf } from "../values/list.ts";
import { isInteger, isObject } from "../values/scalars.ts";
import { typeOfValue } from "../values/type-of.ts";

/** Upstream sets no bound; nobody prints more digits. */
const PRECISION_MAX = 1000;
const PRECISION_DEFAULT = 6;
/** As many as JavaScript prints. */
const DIGITS_MAX = 100;

/** `"%s has %d".format([a, b])`. Throws CelError with upstream's words. */
export function formatString(format: string, args: CelList): string {
  let out = "";
  let used = 0;
  for (const part of clausesOf(format)) {
    if (typeof part === "string") {
      out += part;
      continue;
    }
    if (used >= args.size) throw new CelError(`index ${used} out of range`);
    out += formatClause(part, args.at(used));
    checkTextLength(out.length);
    used++;
  }
  return out;
}

/** The pieces of a format: texts, and clauses to be replaced by arguments. Throws CelError where it comes to a piece that is none. */
export function* clausesOf(format: string): Generator<string | Clause> {
  let at = 0;
  for (let percent = format.indexOf("%"); percent >= 0; percent = format.indexOf("%", at)) {
    yield format.slice(at, percent);
    at = percent + 1;
    if (at >= format.length) throw new CelError("unexpected end of string");
    if (format.charAt(at) === "%") {
      yield "%";
      at++;
      continue;
    }
    const clause = parseClause(format, at);
    yield clause;
    at = clause.end;
  }
  yield format.slice(at);
}

/** What a `%` introduces. */
export interface Clause {
  readonly verb: string;
  readonly precision: number;
  /** Where the format goes on. */
  readonly end: number;
}

function parseClause(format: string, start: number): Clause {
  let at = start;
  let precision = PRECISION_DEFAULT;
  if (format.charAt(at) === ".") {
    at++;
    const digits = /^\d*/.exec(format.slice(at, at + 20))?.[0] ?? "";
    at += digits.length;
    if (at >= format.length) throw unparsed("error while parsing precision: could not find end of precision specifier");
    if (digits === "")
      throw unparsed(
        'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
      );
    precision = Number(digits);
    if (precision > PRECISION_MAX)
      throw unparsed(
        `error while parsing precision: precision ${precision} exceeds maximum allowed precision ${PRECISION_MAX}`,
      );
  }
  const verb = String.fromCodePoint(format.codePointAt(at) ?? 0);
  if (!"sdfebxXo".includes(verb)) throw unparsed(`unrecognized formatting clause "${verb}"`);
  return { verb, precision, end: at + 1 };
}

function unparsed(message: string): CelError {
  return new CelError(`could not parse formatting clause: ${message}`);
}

/** What a clause is for and does not take, by its verb. */
const CLAUSE_COMPLAINTS: ReadonlyMap<string, string> = new Map([
  [
    "s",
    "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given",
  ],
  ["d", "decimal clause can only be used on integers, was given"],
  ["f", "fixed-point clause can only be used on doubles, was given"],
  ["e", "scientific clause can only be used on doubles, was given"],
  ["b", "only integers and bools can be formatted as binary, was given"],
  ["x", "only integers, byte buffers, and strings can be formatted as hex, was given"],
  ["X", "only integers, byte buffers, and strings can be formatted as hex, was given"],
  ["o", "octal clause can only be used on integers, was given"],
]);

function formatClause({ verb, precision }: Clause, value: CelValue): string {
  const formatted = formatVerb(verb, precision, value);
  if (formatted !== undefined) return formatted;
  throw formattingComplaint(verb, typeOfValue(value).name);
}

/** Why a clause does not take a value of a type. */
export function formattingComplaint(verb: string, type: string): CelError {
  return formattingError(`${CLAUSE_COMPLAINTS.get(verb)} ${type}`);
}

function formatVerb(verb: string, precision: number, value: CelValue): string | undefined {
  switch (verb) {
    case "s":
      return formatText(value);
    case "d":
      return integerOf(value)?.toString();
    case "f":
      return formatFloat(value, (number) => groupThousands(fixed(number, precision)));
    case "e":
      return formatFloat(value, (number) => formatScientific(number, precision));
    case "b":
      return typeof value === "boolean" ? String(Number(value)) : integerOf(value)?.toString(2);
    case "o":
      return integerOf(value)?.toString(8);
    case "x":
      return hexOf(value);
    default:
      return hexOf(value)?.toUpperCase();
  }
}

function integerOf(value: CelValue): number | bigint | undefined {
  if (isInteger(value)) return value;
  return isObject(value) && value.kind === "uint" ? value.value : undefined;
}

function hexOf(value: CelValue): string | undefined {
  if (typeof value === "string") return hexOfBytes(new TextEncoder().encode(value));
  if (isObject(value) && value.kind === "bytes") return hexOfBytes(value.value);
  return integerOf(value)?.toString(16);
}

function hexOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const SPECIAL: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/** Upstream prints these numbers as no language in particular has them. */
function formatFloat(value: CelValue, format: (number: number) => string): string | undefined {
  const number =
    typeof value === "string"
      ? SPECIAL.get(value)
      : isObject(value) && value.kind === "double"
        ? value.value
        : undefined;
  if (number === undefined) return undefined;
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "\u221e" : "-\u221e";
  return format(number);
}

function groupThousands(text: string): string {
  const [whole = "", fraction] = text.split(".");
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const SUPERSCRIPTS = "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079";

function formatScientific(number: number, precision: number): string {
  const [mantissa = "", exponent = "0"] = scientific(number, Math.min(precision, DIGITS_MAX)).split("e");
  const digits = exponent.replace(/^[+-]/, "").padStart(2, "0");
  const raised = Array.from(digits, (digit) => SUPERSCRIPTS.charAt(Number(digit))).join("");
  return `${mantissa}\u00d710${exponent.startsWith("-") ? "\u207b" : ""}${raised}`;
}

function formatText(value: CelValue): string | undefined {
  if (value === null) return "null";
  if (!isObject(value)) return String(value);
  switch (value.kind) {
    case "list":
      return formatList(value);
    case "map":
      return formatMap(value);
    case "double":
    case "uint":
    case "bytes":
    case "timestamp":
    case "duration":
    case "type":
      return converted(value);
    default:
      return undefined;
  }
}

function converted(value: CelValue): string {
  try {
    return toText(value);
  } catch (error) {
    if (error instanceof CelError)
      throw formattingError(`could not convert argument ${goQuote(error.message)} to string`);
    throw error;
  }
}

function formatList(value: CelList): string {
  return `[${elementsOf(value).map(formatMember).join(", ")}]`;
}

function formatMap(value: CelMap): string {
  const entries = Array.from(value.keys(), (key) => {
    if (typeof key !== "string" && typeof key !== "boolean" && integerOf(key) === undefined)
      throw formattingError(`no formatting function for map key of type ${typeOfValue(key).name}`);
    return [formatMember(key), formatMember(value.get(key) ?? null)] as const;
  });
  const sorted = entries.toSorted(([one], [other]) => compareTexts(one, other));
  return `{${sorted.map(([key, member]) => `${key}:${member}`).join(", ")}}`;
}

function formattingError(message: string): CelError {
  return new CelError(`error during formatting: ${message}`);
}

/** A value within a list or map, as a literal would have it. */
function formatMember(value: CelValue): string {
  if (typeof value === "string") return goQuote(value);
  if (!isObject(value)) return String(value);
  switch (value.kind) {
    case "timestamp":
      return `timestamp(${goQuote(toText(value))})`;
    case "duration":
      return `duration(${goQuote(toText(value))})`;
    case "bytes":
      return `b${goQuote(toText(value))}`;
    case "double":
      return Number.isFinite(value.value) ? value.value.toFixed(PRECISION_DEFAULT) : `"${specialText(value.value)}"`;
    default: {
      const formatted = formatText(value);
      if (formatted === undefined) throw formattingError(`no formatting function for ${typeOfValue(value).name}`);
      return formatted;
    }
  }
}

function specialText(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

/** Digits beyond the hundredth are zeros, near enough. */
function fixed(number: number, precision: number): string {
  if (precision > DIGITS_MAX) return number.toFixed(DIGITS_MAX) + "0".repeat(precision - DIGITS_MAX);
  return evenTie(number.toFixed(precision), number.toFixed(DIGITS_MAX));
}

function scientific(number: number, precision: number): string {
  const [mantissa = "", exponent = ""] = number.toExponential(precision).split("e");
  const [exact = "", exactExponent = ""] = number.toExponential(DIGITS_MAX).split("e");
  return `${exponent === exactExponent ? evenTie(mantissa, exact) : mantissa}e${exponent}`;
}

/** Go rounds to the even neighbour where both are as near, JavaScript away from zero. `exact` has all the digits. */
function evenTie(rounded: string, exact: string): string {
  const digits = rounded.includes(".") ? rounded.length : rounded.length + 1;
  const isTie = /^50*$/.test(exact.slice(digits));
  const isOdd = "13579".includes(rounded.at(-1) ?? "");
  return isTie && isOdd ? exact.slice(0, rounded.length) : rounded;
}
