import type { JsonObject } from "./type.ts";

/** A member `fieldsV1` that is text until somebody looks at it. Copies of the record know nothing of the text. */
export interface RawFields {
  readonly fieldsV1: JsonObject;
}

/** Reads the value from the text that it carries. */
interface RawGetter {
  (): JsonObject;
  json?: string;
}

/** `record` with a member `fieldsV1` whose JSON is `json`, escaped as we write it. */
export function withRawFields<T extends object>(record: T, json: string): T & RawFields {
  let parsed: JsonObject | undefined;
  const get: RawGetter = () => (parsed ??= JSON.parse(json) as JsonObject);
  get.json = json;
  // The property is defined here.
  return Object.defineProperty(record, "fieldsV1", { enumerable: true, configurable: true, get }) as T & RawFields;
}

/** The JSON of a record's `fieldsV1`, where it is known without looking at the value. */
export function rawFieldsOf(record: object): string | undefined {
  const get: RawGetter | undefined = Object.getOwnPropertyDescriptor(record, "fieldsV1")?.get;
  return get?.json;
}
