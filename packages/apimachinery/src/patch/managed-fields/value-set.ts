import { EMPTY_SET, type FieldSet } from "./field-set.ts";
import { type Layout, restOf, settled, type StructLayout } from "./layout.ts";
import { fieldElement, formatElements } from "./path-element.ts";

/** A value that cannot be told apart into fields; the message names the place. */
export class FieldSetError extends Error {
  override readonly name = "FieldSetError";
}

/** The set of all fields that a value has. Throws FieldSetError for list items without their keys and for items that come twice. */
export function fieldSetOfValue(layout: Layout, value: unknown): FieldSet {
  return nodeOf(layout, value, []) ?? EMPTY_SET;
}

/** What stands below the node; undefined when it is a container without anything in it. */
function nodeOf(declared: Layout, value: unknown, path: readonly string[]): FieldSet | undefined {
  const layout = settled(declared, value);
  switch (layout.kind) {
    case "leaf":
      return EMPTY_SET;
    case "struct":
      return structNode(layout, value, path);
    case "map":
      return mapNode(layout.values, value, path);
    case "list":
      return listNode(layout, value, path);
  }
}

type Members = Readonly<Record<string, unknown>>;
type Node = Record<string, FieldSet>;

function structNode(struct: StructLayout, value: unknown, path: readonly string[]): FieldSet | undefined {
  const members = value as Members;
  const out: Node = struct.rest === undefined ? {} : { ...mapNode(struct.rest, restOf(struct, value) ?? {}, path) };
  for (const { name, element, layout } of struct.fields()) {
    const member = members[name];
    if (member === undefined) continue;
    const node = nodeOf(layout, member, [...path, element]);
    if (node !== undefined) out[element] = node;
    else if (layout.kind !== "list") out[element] = EMPTY_SET;
  }
  return filled(out);
}

function mapNode(values: Layout, value: unknown, path: readonly string[]): FieldSet | undefined {
  const members = value as Members;
  const out: Node = {};
  for (const key of Object.keys(members).sort()) {
    const element = fieldElement(key);
    if (members[key] !== undefined) out[element] = asMember(nodeOf(values, members[key], [...path, element]));
  }
  return filled(out);
}

function listNode(
  layout: Layout & { readonly kind: "list" },
  value: unknown,
  path: readonly string[],
): FieldSet | undefined {
  const out: Node = {};
  for (const [index, item] of (value as readonly unknown[]).entries()) {
    const element = layout.element(item);
    if (element === undefined) {
      const place = formatElements(path);
      throw new FieldSetError(
        `${place}: element ${index}: associative list with keys has an element that omits key fields`,
      );
    }
    if (out[element] !== undefined) {
      throw new FieldSetError(`${formatElements(path)}: duplicate entries for key ${formatElements([element])}`);
    }
    out[element] = asMember(nodeOf(layout.items, item, [...path, element]));
  }
  return filled(out);
}

/** A node that is in the set itself, beside what lies below it. */
function asMember(node: FieldSet | undefined): FieldSet {
  return node === undefined || Object.keys(node).length === 0 ? EMPTY_SET : { ".": EMPTY_SET, ...node };
}

function filled(node: Node): FieldSet | undefined {
  return Object.keys(node).length === 0 ? undefined : node;
}
