import type { CelType } from "./type.ts";
import type { CelValue } from "./value.ts";

/**
 * How JSON of one shape appears in expressions, and how big it may get: the bridge between a schema and the language. Made from
 * a struct by `jsonTypeOfStruct`, from a schema of a custom resource by `jsonTypeOfSchema`; `anyJson` takes JSON as it is.
 */
export interface JsonType {
  /** What the checker sees. */
  readonly type: CelType;
  /** The value for JSON of this shape, without copying it. Throws CelError where it has another shape. */
  adapt(json: unknown): CelValue;
  /** The least number of bytes that a value takes in a request. */
  readonly minSizeBytes: number;
  /** Most characters, bytes, items or entries that a value can have, 0 where there is nothing to count; undefined: nothing is known. */
  readonly maxSize?: number;
  /** Of a list: its items. Of a map: its values. */
  readonly element?: JsonType;
  /** Of a map: its keys. */
  readonly key?: JsonType;
  /** Of an object: the field of an escaped name. */
  field?(name: string): JsonType | undefined;
}
