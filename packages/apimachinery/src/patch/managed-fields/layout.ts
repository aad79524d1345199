import { jsonString } from "../../schema/json-text.ts";
import { memo } from "../../schema/memo.ts";
import type { AnyField, Struct } from "../../schema/struct.ts";
import type { TypeNode } from "../../schema/type.ts";
import { isZero } from "../../schema/zero.ts";
import { fieldElement, type ItemElement, itemElement } from "./path-element.ts";

/** How values of a type are owned: as one, or by their parts. */
export type Layout =
  | { readonly kind: "leaf" }
  | { readonly kind: "struct"; readonly fields: () => readonly FieldLayout[] }
  | { readonly kind: "map"; readonly values: Layout }
  | { readonly kind: "list"; readonly items: Layout; readonly element: ItemElement };

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
const LEAF: Layout = { kind: "leaf" };

/** The layout of a struct's fields, in the order of their names. */
export const fieldsOf = memo((struct: Struct): readonly FieldLayout[] =>
  Object.entries(struct.fields)
    // Ownership is not owned, and comparing it would cost more than all the rest.
    .filter(([name]) => !(name === "managedFields" && struct.name === "meta/v1.ObjectMeta"))
    .map(([name, field]) => fieldLayout(name, field))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
);

/** The layout of a whole object. Its fields are looked up when they are needed: structs may contain themselves. */
export function objectLayout(struct: Struct): Layout {
  let fields: readonly FieldLayout[] | undefined;
  return { kind: "struct", fields: () => (fields ??= fieldsOf(struct)) };
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

export function layoutOf(type: TypeNode): Layout {
  switch (type.kind) {
    case "ref": {
      const struct = type.target();
      return struct.options.atomic === true ? LEAF : objectLayout(struct);
    }
    case "map":
      return type.atomic === true ? LEAF : { kind: "map", values: layoutOf(type.values) };
    case "list": {
      const element = itemElement(type.items, type.merge);
      return element === undefined ? LEAF : { kind: "list", items: layoutOf(type.items), element };
    }
    default:
      return LEAF;
  }
}
