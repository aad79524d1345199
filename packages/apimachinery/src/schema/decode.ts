import { badRequest } from "../status.ts";
import { DecodeError } from "./decode-error.ts";
import { type ExactJson, keyPlaces, parseExactJson } from "./exact-json.ts";
import { withoutLiterals } from "./read-scalar.ts";
import { keysIn, readState, readStruct } from "./reader.ts";
import { isRecord } from "./record.ts";
import { scanJson } from "./scan-json.ts";
import { readStored } from "./stored.ts";
import type { Struct } from "./struct.ts";

/** A value read, and what a strict reader would object to: `unknown field "spec.foo"`, `duplicate field "spec.x"`. */
export interface Decoded<T> {
  readonly object: T;
  readonly strictErrors: readonly string[];
}

const text = new TextDecoder();

/**
 * Reads JSON as a value of `struct` in its normal form. Throws StatusError BadRequest, worded as upstream does, on malformed
 * JSON and wrong types, with the DecodeError as its cause; unknown and duplicate fields are strict errors.
 */
export function decodeJson<T>(struct: Struct, bytes: Uint8Array): Decoded<T> {
  return decodeParsed(struct, () => parse(bytes), bytes);
}

/** The same from parsed JSON. What needs no change is shared with `value`. */
export function decodeValue<T>(struct: Struct, value: unknown): Decoded<T> {
  return decodeParsed(struct, () => ({ value, duplicates: [] }), undefined);
}

/** The same, but explicit zero values stay and nothing is filled in: what an applier said, no more and no less. */
export function decodeSent(struct: Struct, value: unknown): Decoded<unknown> {
  try {
    const state = readState(true);
    return { object: readStruct(struct, value, state), strictErrors: state.strictErrors };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(refusal(struct, { seen: value, bytes: undefined, error }));
  }
}

/**
 * The same for bytes that we wrote ourselves: no search for duplicates and fractions, and `metadata.managedFields` are read only
 * when they are asked for. The bytes must not change afterwards. Throws as `decodeJson`.
 */
export function decodeStored<T>(struct: Struct, bytes: Uint8Array): T {
  try {
    // The reader made it a value of the struct, whose static type the caller names.
    return readStored(struct, bytes) as T;
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof SyntaxError)) throw error;
    // Read again for a message that names the place.
    return decodeJson<T>(struct, bytes).object;
  }
}

/**
 * JSON without a schema, such as the body of a patch: exact where `JSON.parse` is not, with the paths of keys that came twice.
 * Throws DecodeError, worded as Go does.
 */
export function parseJson(bytes: Uint8Array): ExactJson {
  const parsed = parse(bytes);
  if (parsed.keys === undefined) return { ...parsed, value: withoutLiterals(parsed.value) };
  if (parsed.keys === keysIn(parsed.value)) return parsed;
  const exact = parseExactJson(text.decode(bytes));
  return { ...exact, value: withoutLiterals(exact.value) };
}

interface Parsed extends ExactJson {
  /** How many keys the text has; undefined: not counted. */
  readonly keys?: number | undefined;
}

function decodeParsed<T>(struct: Struct, parsed: () => Parsed, bytes: Uint8Array | undefined): Decoded<T> {
  let seen: Parsed = { value: undefined, duplicates: [] };
  try {
    seen = parsed();
    const state = readState();
    let value = readStruct(struct, seen.value, state);
    let duplicates = seen.duplicates;
    if (bytes !== undefined && seen.keys !== undefined && seen.keys !== state.keys) {
      const exact = parseExactJson(text.decode(bytes));
      duplicates = exact.duplicates;
      value = readStruct(struct, exact.value, readState());
    }
    const repeated = duplicates.map((path) => `duplicate field "${path}"`);
    const mixed = repeated.length > 0 && state.strictErrors.length > 0 && bytes !== undefined;
    const found = [...repeated, ...state.strictErrors];
    const strictErrors = mixed ? asTheyCome(text.decode(bytes), found) : found;
    // The reader made it a value of the struct, whose static type the caller names.
    return { object: value as T, strictErrors };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(refusal(struct, { seen: seen.value, bytes, error }), error);
  }
}

/** Findings in the order of the text, as upstream tells them. */
function asTheyCome(source: string, findings: readonly string[]): readonly string[] {
  const pathOf = (finding: string): string => finding.slice(finding.indexOf('"') + 1, -1);
  const places = keyPlaces(source, new Set(findings.map(pathOf)));
  const at = (finding: string): number => places.get(pathOf(finding)) ?? Number.POSITIVE_INFINITY;
  return findings.toSorted((a, b) => at(a) - at(b));
}

function parse(bytes: Uint8Array): Parsed {
  const { keys, exactNumbers, tooDeep } = scanJson(bytes);
  if (tooDeep) throw new DecodeError("exceeded max depth");
  const source = text.decode(bytes);
  if (exactNumbers) return parseExactJson(source);
  try {
    return { value: JSON.parse(source) as unknown, duplicates: [], keys };
  } catch {
    // Read again for Go's wording of what is wrong.
    return parseExactJson(source);
  }
}

interface Failure {
  readonly seen: unknown;
  readonly bytes: Uint8Array | undefined;
  readonly error: DecodeError;
}

function refusal(struct: Struct, { seen, bytes, error }: Failure): string {
  const kind = struct.name.slice(struct.name.lastIndexOf(".") + 1);
  if (seen === undefined && bytes !== undefined) {
    const message = `couldn't get version/kind; json parse error: ${error.message}`;
    return `the object provided is unrecognized (must be of type ${kind}): ${message} (${summary(bytes)})`;
  }
  const sent = isRecord(seen) && typeof seen["kind"] === "string" && seen["kind"] !== "" ? seen["kind"] : kind;
  const apiVersion = isRecord(seen) && typeof seen["apiVersion"] === "string" ? seen["apiVersion"] : "";
  const own = struct.name.slice(struct.name.indexOf("/") + 1, struct.name.lastIndexOf("."));
  const version = apiVersion === "" ? own : apiVersion.slice(apiVersion.indexOf("/") + 1);
  return `${sent} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${error.message}`;
}

/** The start of a body, for messages: text if it looks like JSON, else hexadecimal. */
function summary(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  const start = bytes.subarray(0, 30);
  const hex = () => [...start].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return (bytes[0] === 0x7b ? text.decode(start) : hex()) + (bytes.length > 30 ? " ..." : "");
}
