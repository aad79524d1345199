import { jsonString } from "../../schema/json-text.ts";
import { memo } from "../../schema/memo.ts";
import type { AnyField, Struct } from "../../schema/struct.ts";
import type { TypeNode } from "../../schema/type.ts";
import { isRecord, type JsonRecord, newMap } from "../../schema/record.ts";
import { isZero } from "../../schema/zero.ts";
import { fieldElement, type ItemElement, itemElement } from "./path-element.ts";

type MapLayout = Extract<Layout, { readonly kind: "map" }>;
export type StructLayout = Extract<Layout, { readonly kind: "struct" }>;
/** A layout for given values. */
export type SettledLayout = Exclude<Layout, { readonly kind: "deduced" }>;

/** How values of a type are owned: as one, or by their parts. */
export type Layout =
  | { readonly kind: "leaf" }
  | {
      readonly kind: "struct";
      readonly fields: () => readonly FieldLayout[];
      readonly byName: () => ReadonlyMap<string, FieldLayout>;
      /** Of members that the fields do not name; undefined: there are none. */
      readonly rest: Layout | undefined;
    }
  | { readonly kind: "map"; readonly values: Layout }
  | {
      readonly kind: "list";
      readonly items: Layout;
      readonly element: ItemElement;
      /** Members that name an item; undefined: items are their own names. */
      readonly names: readonly string[] | undefined;
    }
  /** As the values are: see `settled`. */
  | { readonly kind: "deduced" };

export interface FieldLayout {
  readonly name: string;
  readonly element: string;
  /** `,"f:name":` in UTF-8. */
  readonly key: Uint8Array;
  readonly layout: Layout;
  /** Written even when it is not set: then its value is never missing, only zero. */
  readonly always: boolean;
  /** True for a value that is not written. */
  absent(value: unknown): boolean;
}

const UTF8 = new TextEncoder();
const LEAF = { kind: "leaf" } as const;
const DEDUCED: Layout = { kind: "deduced" };
const DEDUCED_MAP: MapLayout = { kind: "map", values: DEDUCED };

/** How values are owned where no schema says it: objects by their members, lists and all else as one, as upstream deduces it. */
export function settled(layout: Layout, ...values: readonly unknown[]): SettledLayout {
  if (layout.kind !== "deduced") return layout;
  return values.every((value) => value === undefined || isRecord(value)) ? DEDUCED_MAP : LEAF;
}

/** Members of an object that its layout does not name. */
export function restOf({ fields }: StructLayout, value: unknown): JsonRecord | undefined {
  if (!isRecord(value)) return undefined;
  const names = new Set(fields().map(({ name }) => name));
  const rest = newMap<unknown>();
  for (const name of Object.keys(value)) if (!names.has(name) && value[name] !== undefined) rest[name] = value[name];
  return rest;
}

/** The layout of a struct's fields, in the order of their names. */
export const fieldsOf = memo((struct: Struct): readonly FieldLayout[] =>
  Object.entries(struct.fields)
    // Ownership is not owned, and comparing it would cost more than all the rest.
    .filter(([name]) => !(name === "managedFields" && struct.name === "meta/v1.ObjectMeta"))
    .map(([name, field]) => fieldLayout(name, field))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
);

const fieldsByName = memo(
  (struct: Struct): ReadonlyMap<string, FieldLayout> => new Map(fieldsOf(struct).map((field) => [field.name, field])),
);

/** The layout of a whole object. Its fields are looked up when they are needed: structs may contain themselves. */
export function objectLayout(struct: Struct): StructLayout {
  let fields: readonly FieldLayout[] | undefined;
  const rest = struct.options.keepsUnknown === true ? DEDUCED : undefined;
  return { kind: "struct", fields: () => (fields ??= fieldsOf(struct)), byName: () => fieldsByName(struct), rest };
}

function fieldLayout(name: string, field: AnyField): FieldLayout {
  const { type, facets, sent, tag } = field;
  const always = facets.emitEmpty === true || (sent && tag !== 0);
  const keeps = facets.keepZero === true || (type.kind === "ref" && facets.emitEmpty !== true);
  return {
    name,
    element: fieldElement(name),
    key: UTF8.encode(`,${jsonString(fieldElement(name))}:`),
    layout: facets.atomic === true ? LEAF : layoutOf(type),
    always,
    absent: (value) => value === undefined || value === null || (!always && !keeps && isZero(type, value)),
  };
}

function layoutOf(type: TypeNode): Layout {
  switch (type.kind) {
    case "ref": {
      const struct = type.target();
      return struct.options.atomic === true ? LEAF : objectLayout(struct);
    }
    case "map":
      return type.atomic === true ? LEAF : { kind: "map", values: layoutOf(type.values) };
    case "list": {
      const element = itemElement(type.items, type.merge);
      const names = typeof type.merge === "object" ? type.merge.keys : undefined;
      return element === undefined ? LEAF : { kind: "list", items: layoutOf(type.items), element, names };
    }
    case "json":
      return type.deduced === true ? DEDUCED : LEAF;
    default:
      return LEAF;
  }
}
