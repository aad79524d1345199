import type { Struct } from "./struct.ts";

/** Any JSON value. Objects are immutable, as all API values are. */
export type Json = null | boolean | number | string | bigint | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/**
 * How a list merges: as one value, as a set of scalars, or by the keys of its items.
 * This is the server-side apply rule; strategic merge patch has its own facets (`patch`, `patchKey`).
 */
export type ListMerge = "atomic" | "set" | { readonly keys: readonly string[] };

/** What a value looks like in memory (its JSON form, normalised) and on the wire. */
export type TypeNode =
  | { readonly kind: "string"; readonly values?: readonly string[] }
  | { readonly kind: "bool" }
  | { readonly kind: "int"; readonly bits: 32 | 64 }
  | { readonly kind: "double" }
  | { readonly kind: "bytes" }
  | { readonly kind: "quantity" }
  | { readonly kind: "time" }
  | { readonly kind: "microTime" }
  | { readonly kind: "duration" }
  | { readonly kind: "intOrString" }
  | { readonly kind: "fieldsV1" }
  | { readonly kind: "rawExtension" }
  | { readonly kind: "json"; readonly union?: JsonUnion; readonly deduced?: true }
  | {
      readonly kind: "list";
      readonly items: TypeNode;
      readonly merge: ListMerge;
      readonly wrapped?: true;
    }
  | { readonly kind: "map"; readonly values: TypeNode; readonly atomic?: true; readonly wrapped?: true }
  | { readonly kind: "ref"; readonly target: () => Struct };

/** JSON that is a struct or something in its place; its protobuf form is a message with a field for each. */
export interface JsonUnion {
  readonly struct: () => Struct;
  /** A list of such structs, a list of texts, or a flag, which is true where the struct stands. */
  readonly other: "structs" | "texts" | "flag";
}

/** A TypeNode that knows the static type of its values. */
export type Type<T> = TypeNode & { readonly __value?: T };

/** Text. `string` is the empty string when absent, unless the field keeps zero values apart. */
export const string: Type<string> = { kind: "string" };
export const bool: Type<boolean> = { kind: "bool" };
export const int32: Type<number> = { kind: "int", bits: 32 };
/** A number while it is safe (|n| < 2^53), else a bigint at run time: code that can meet such values must check. */
export const int64: Type<number> = { kind: "int", bits: 64 };
export const double: Type<number> = { kind: "double" };
/** Base64 text in memory and in JSON, raw bytes in protobuf. */
export const bytes: Type<string> = { kind: "bytes" };
/** A resource quantity in canonical text, such as `100m` or `1Gi`. */
export const quantity: Type<string> = { kind: "quantity" };
/** RFC 3339, UTC, whole seconds: `2026-11-20T19:00:00Z`. */
export const time: Type<string> = { kind: "time" };
/** RFC 3339, UTC, six decimal places. */
export const microTime: Type<string> = { kind: "microTime" };
/** A Go duration such as `1m30s`. */
export const duration: Type<string> = { kind: "duration" };
export const intOrString: Type<number | string> = { kind: "intOrString" };
/** Field ownership, the JSON form of a set of paths. */
export const fieldsV1: Type<JsonObject> = { kind: "fieldsV1" };
/** An embedded object of any kind. */
export const rawExtension: Type<JsonObject> = { kind: "rawExtension" };
/** Any JSON value, kept as it is. */
export const json: Type<Json> = { kind: "json" };
/** Any JSON of which ownership is deduced: objects are owned by their members, all else as one. Other JSON is owned as one. */
export const deducedJson: Type<Json> = { kind: "json", deduced: true };

/** A struct or something else, kept as it is in JSON. */
export function structOr(struct: () => Struct, other: JsonUnion["other"]): Type<Json> {
  return { kind: "json", union: { struct, other } };
}

/** Text with a closed set of values, checked on write. */
export function oneOf<const V extends readonly string[]>(...values: V): Type<V[number]> {
  return { kind: "string", values };
}

/** A list; atomic unless told otherwise. `wrapped`: in protobuf a message with the field `items`. */
export function list<T>(items: Type<T>, merge: ListMerge = "atomic", wrapped = false): Type<readonly T[]> {
  return wrapped ? { kind: "list", items, merge, wrapped } : { kind: "list", items, merge };
}

/** A map with text keys. Values in memory have no prototype. */
export function map<T>(values: Type<T>, merge: "granular" | "atomic" = "granular"): Type<Readonly<Record<string, T>>> {
  return merge === "atomic" ? { kind: "map", values, atomic: true } : { kind: "map", values };
}

/** Another struct; the thunk allows any order of definition. */
export function ref<T>(target: () => Struct): Type<T> {
  return { kind: "ref", target };
}
