import { goQuote } from "../text/go-quote.ts";
import { jsonText } from "./json-text.ts";

/** A step into a value: a field's name, an index, or the key of a map (`metadata.labels[app]`). */
export type Step = string | number | { readonly key: string };
export type Path = readonly Step[];

export type FieldErrorReason =
  | "Required"
  | "Invalid"
  | "NotSupported"
  | "Duplicate"
  | "Forbidden"
  | "TooLong"
  | "TooShort"
  | "TooMany"
  | "TooFew"
  | "NotFound"
  | "TypeInvalid"
  | "Internal";

/** In the place of a value that a message does not repeat: it may be large. */
export const OMITTED: unique symbol = Symbol("omitted");

/** One finding of validation, with the path as the user wrote it. */
export interface FieldError {
  readonly path: Path;
  readonly reason: FieldErrorReason;
  /** The rest of upstream's message, after the value: `must be greater than or equal to 0`. */
  readonly detail: string;
  readonly value?: unknown;
}

/** `spec.containers[0].ports[1].name`, `metadata.labels[app]`. */
export function formatPath(path: Path): string {
  let out = "";
  for (const step of path) {
    if (typeof step === "number") out += `[${step}]`;
    else if (typeof step === "object") out += `[${step.key}]`;
    else out += out === "" ? step : `.${step}`;
  }
  return out;
}

export function required(path: Path, detail = ""): FieldError {
  return { path, reason: "Required", detail };
}
export function invalid(path: Path, value: unknown, detail: string): FieldError {
  return { path, reason: "Invalid", detail, value };
}
export function forbidden(path: Path, detail: string): FieldError {
  return { path, reason: "Forbidden", detail };
}
export function duplicate(path: Path, value: unknown): FieldError {
  return { path, reason: "Duplicate", detail: "", value };
}
/** `values` are the supported ones, listed as upstream does. */
export function notSupported(path: Path, value: unknown, values: readonly string[]): FieldError {
  const detail = `supported values: ${values.map((v) => JSON.stringify(v)).join(", ")}`;
  return { path, reason: "NotSupported", detail, value };
}
/** The text is longer than `limit`; the value is not repeated. */
export function tooLong(path: Path, limit: number, unit: "bytes" | "characters" = "bytes"): FieldError {
  const detail = `may not be more than ${limit} ${limit === 1 ? unit.slice(0, -1) : unit}`;
  return { path, reason: "TooLong", detail };
}
/** The list has `actual` items and may have `limit`. */
export function tooMany(path: Path, actual: number, limit: number): FieldError {
  const detail = `must have at most ${limit} ${limit === 1 ? "item" : "items"}`;
  return { path, reason: "TooMany", detail, value: actual };
}
export function notFoundValue(path: Path, value: unknown): FieldError {
  return { path, reason: "NotFound", detail: "", value };
}
export function internalError(path: Path, detail: string): FieldError {
  return { path, reason: "Internal", detail };
}

const TITLES: Readonly<Record<FieldErrorReason, string>> = {
  Required: "Required value",
  Invalid: "Invalid value",
  NotSupported: "Unsupported value",
  Duplicate: "Duplicate value",
  Forbidden: "Forbidden",
  TooLong: "Too long",
  TooShort: "Too short",
  TooMany: "Too many",
  TooFew: "Too few",
  NotFound: "Not found",
  TypeInvalid: "Invalid value",
  Internal: "Internal error",
};

/** `Invalid value: -1: must be greater than or equal to 0`: the finding without its path. */
export function formatFieldErrorBody(error: FieldError): string {
  const title = TITLES[error.reason];
  const detail = error.detail === "" ? "" : `: ${error.detail}`;
  switch (error.reason) {
    case "Required":
    case "Forbidden":
    case "TooLong":
    case "TooShort":
    case "Internal":
      return title + detail;
    default:
      if (error.value === OMITTED) return title + detail;
      return `${title}: ${formatBadValue(error.value)}${detail}`;
  }
}

/** `spec.replicas: Invalid value: -1: must be greater than or equal to 0`. */
export function formatFieldError(error: FieldError): string {
  return `${formatPath(error.path)}: ${formatFieldErrorBody(error)}`;
}

function formatBadValue(value: unknown): string {
  if (typeof value === "string") return goQuote(value);
  if (value === undefined) return "null";
  return jsonText(value);
}
