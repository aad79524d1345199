import type { FieldError, Path } from "./field-error.ts";
import type { JsonSchema } from "./openapi/definitions.ts";
import type { Type, TypeNode } from "./type.ts";

/** A check that spans fields. `path` is where `self` stands; `old` is absent on create. */
/** True for a finding on a part of `self` that does not hold within it. */
export type Excuse<T> = (self: T, finding: FieldError) => boolean;
export type Rule<T> = (self: T, old: T | undefined, path: Path) => readonly FieldError[];

/** What is said about a field besides its type. */
export interface Facets<T> {
  /** Set when the field is absent (for fields without `keepZero`: absent or zero). */
  readonly default?: T;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** A named text format, see `schema/formats.ts`: `dns1123Label`, `dns1123Subdomain`, `qualifiedName`, … */
  readonly format?: string;
  /** A `req` text, list, map or time that may all the same be empty: validation does not ask for a value. */
  readonly mayBeEmpty?: true;
  /** Must not change once the object exists. */
  readonly immutable?: true;
  /** Absent in memory, written as its zero value (`{}`, `0`, `""`, `false`, `null` for lists and maps). */
  readonly emitEmpty?: true;
  /** An explicit zero value differs from absence and is kept (upstream has a pointer here). */
  readonly keepZero?: true;
  /** An explicit null differs from absence and is kept (custom resources). */
  readonly nullable?: true;
  /** Dropped on write while this feature gate is off, unless the old object has it. */
  readonly gate?: string;
  /** Strategic merge patch: how the value is patched, and the key that items of a list are merged by. */
  readonly patch?: "merge" | "replace" | "retainKeys" | "merge,retainKeys";
  readonly patchKey?: string;
  /** Merged as one value by server-side apply. */
  readonly atomic?: true;
  /** Named values of an open set, for documentation and completion only. */
  readonly known?: readonly string[];
  readonly rule?: Rule<T>;
}

export interface Field<T, Required extends boolean> {
  /** Protobuf tag; 0: the field has no protobuf form of its own (`apiVersion` and `kind`, which the envelope carries). */
  readonly tag: number;
  readonly type: Type<T>;
  /** Must be there in memory. A missing struct is read as `{}`, so that the errors name the fields inside it. */
  readonly required: Required;
  /** Clients must send it (OpenAPI `required`); false for `present`, which is filled with its zero value and not written then. */
  readonly sent: boolean;
  readonly doc: string;
  readonly facets: Facets<T>;
  /** The protobuf message in which an inlined field travels. */
  readonly via?: Inlined;
}

/** Fields of another struct that stand flat in JSON but in a message of their own in protobuf. */
export interface Inlined {
  readonly tag: number;
  readonly struct: string;
  /** Where the inlined struct inlines another one: that one's message within this one's. */
  readonly inner?: Inlined | undefined;
}

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyField = Field<any, boolean>;
export type Fields = Readonly<Record<string, AnyField>>;

type Value<F> = F extends Field<infer T, boolean> ? T : never;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Field<infer _, false> ? K : never }[keyof F];

/** The static type of a struct's values. */
export type Infer<S> =
  S extends Struct<infer F>
    ? { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: Value<F[K]> } & {
        readonly [K in OptionalKeys<F>]?: Value<F[K]> | undefined;
      }
    : never;

export interface StructOptions<T> {
  /** Checks that span fields. */
  readonly rules?: readonly Rule<T>[];
  /** Findings on its parts that do not hold here, because what these lack is beside them. */
  readonly excuses?: Excuse<T>;
  /** Defaults that depend on other fields; runs before the defaults of what the struct contains. */
  readonly defaults?: (self: T) => T;
  /** Facets are checked within `status` too; otherwise only its `rules` are (custom resources check it, built-in kinds do not). */
  readonly checkStatus?: true;
  /** Merged as one value by server-side apply. */
  readonly atomic?: true;
  /** Members that no field names are kept as they are, unchecked (custom resources). */
  readonly keepsUnknown?: true;
  /** Published instead of what the fields say, with its parts within (custom resources). */
  readonly openApi?: JsonSchema;
  /** One sentence on what values of this struct mean. */
  readonly doc?: string;
}

// oxlint-disable-next-line typescript/no-explicit-any
export type AnyStructOptions = StructOptions<any>;

export interface Struct<F extends Fields = Fields> {
  /** `<group>/<version>.<Name>`, `core/v1.Pod`; the core group is spelled `core`. */
  readonly name: string;
  readonly fields: F;
  readonly options: AnyStructOptions;
}

/** Must be sent, and is always written. */
export function req<T>(tag: number, type: Type<T>, doc: string, facets: Facets<NoInfer<T>> = {}): Field<T, true> {
  return { tag, type, required: true, sent: true, doc, facets };
}

/** May be absent. Unless `keepZero`, its zero value means the same as absence and is dropped when read. */
export function opt<T>(tag: number, type: Type<T>, doc: string, facets: Facets<NoInfer<T>> = {}): Field<T, false> {
  return { tag, type, required: false, sent: false, doc, facets };
}

/** Always there in memory (its zero value when the client left it out); written only when not zero. */
export function present<T>(tag: number, type: Type<T>, doc: string, facets: Facets<NoInfer<T>> = {}): Field<T, true> {
  return { tag, type, required: true, sent: false, doc, facets };
}

/** The fields of `target`, flat among those of the surrounding struct; `tag` is that of their message in protobuf. */
export function inline<F extends Fields>(tag: number, target: Struct<F>): F {
  const out: Record<string, AnyField> = {};
  for (const [name, field] of Object.entries(target.fields)) {
    out[name] = { ...field, via: { tag, struct: target.name, inner: field.via } };
  }
  // The keys and types are those of `target`; only `via` was added.
  return out as F;
}

/**
 * A struct with its fields. Options that mention the struct's own type come as a thunk with its result annotated,
 * `(): AnyStructOptions => ({ rules: [podSpecRules] })`, as the compiler could not infer the type from itself; it runs once, when first asked.
 */
export function struct<F extends Fields>(
  name: string,
  fields: F,
  options: AnyStructOptions | (() => AnyStructOptions) = {},
): Struct<F> {
  if (typeof options !== "function") return { name, fields, options };
  let made: AnyStructOptions | undefined;
  return {
    name,
    fields,
    get options() {
      made ??= options();
      return made;
    },
  };
}

/** The struct that a type node refers to, or undefined. */
export function structOf(type: TypeNode): Struct | undefined {
  return type.kind === "ref" ? type.target() : undefined;
}
