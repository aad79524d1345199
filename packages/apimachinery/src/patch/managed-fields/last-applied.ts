import type { ApiObject } from "../../object.ts";
import { decodeSent } from "../../schema/decode.ts";
import { jsonText } from "../../schema/json-text.ts";
import { isRecord, newMap } from "../../schema/record.ts";
import type { Struct } from "../../schema/struct.ts";
import { utf8Length } from "../../text/names.ts";
import { compareObjects } from "./compare.ts";
import { difference, EMPTY_SET, type FieldSet } from "./field-set.ts";
import type { Layout } from "./layout.ts";
import { fieldSetOfValue } from "./value-set.ts";

/** Where client-side apply keeps what it applied. */
const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;

/** An apply that may come after client-side applies. */
export interface Takeover {
  readonly struct: Struct;
  readonly live: ApiObject | undefined;
  readonly manager: string;
  readonly apiVersion: string;
}

/**
 * What kubectl may take over without a conflict, coming from client-side apply: the fields of the last applied configuration
 * that nobody has changed since.
 */
export function allowedConflicts(apply: Takeover, layout: Layout): FieldSet {
  const text = apply.manager === "kubectl" ? apply.live?.metadata.annotations?.[ANNOTATION] : undefined;
  if (text === undefined || text === "") return EMPTY_SET;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
    if (!isRecord(applied) || applied["apiVersion"] !== apply.apiVersion) return EMPTY_SET;
    const { object } = decodeSent(apply.struct, applied);
    const changes = compareObjects(layout, object, apply.live);
    return difference(difference(fieldSetOfValue(layout, object), changes.set), changes.removed);
  } catch {
    // An annotation that cannot be read allows nothing: users may write into it.
    return EMPTY_SET;
  }
}

/** Where the object has the annotation of client-side apply, brings it up to what was applied now. */
export function syncLastApplied(object: unknown, applied: unknown): unknown {
  const metadata = isRecord(object) ? object["metadata"] : undefined;
  const annotations = isRecord(metadata) ? metadata["annotations"] : undefined;
  if (!isRecord(object) || !isRecord(metadata) || !isRecord(annotations)) return object;
  if (typeof annotations[ANNOTATION] !== "string" || annotations[ANNOTATION] === "") return object;
  const text = `${escaped(jsonText(sortKeys(withoutAnnotation(applied))))}\n`;
  const next = Object.assign(newMap<unknown>(), annotations);
  if (utf8Length(text) <= ANNOTATIONS_LIMIT_BYTES) next[ANNOTATION] = text;
  else delete next[ANNOTATION];
  return { ...object, metadata: { ...metadata, annotations: next } };
}

/** The applied object without the annotation and the managedFields. */
function withoutAnnotation(applied: unknown): unknown {
  if (!isRecord(applied) || !isRecord(applied["metadata"])) return applied;
  const { managedFields: _, ...metadata } = applied["metadata"];
  const annotations = isRecord(metadata["annotations"]) ? { ...metadata["annotations"] } : {};
  delete annotations[ANNOTATION];
  return { ...applied, metadata: { ...metadata, annotations } };
}

/** As kubectl writes JSON: it compares texts to tell whether something was configured. */
function escaped(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  const out = newMap<unknown>();
  for (const key of Object.keys(value).sort()) out[key] = sortKeys(value[key]);
  return out;
}
