import { duplicate, type FieldError, isRecord, jsonText, type Path } from "@skates/apimachinery";
import type { StructuralSchema } from "./structural-schema.ts";

/** Items of sets that are alike, and items of maps with the same keys. Each is named once, where it comes again. */
export function repeatedItems(schema: StructuralSchema, value: unknown, path: Path = []): readonly FieldError[] {
  if (!hasUniqueLists(schema)) return [];
  const { items, properties, additional } = schema;
  if (Array.isArray(value)) {
    const own = ownRepeated(schema, value, path);
    if (items === undefined) return own;
    return [...own, ...value.flatMap((item, index) => repeatedItems(items, item, [...path, index]))];
  }
  if (!isRecord(value)) return [];
  const out: FieldError[] = [];
  for (const [name, part] of properties) {
    if (value[name] !== undefined) out.push(...repeatedItems(part, value[name], [...path, name]));
  }
  if (typeof additional === "object") {
    for (const [key, member] of Object.entries(value))
      out.push(...repeatedItems(additional, member, [...path, { key }]));
  }
  return out;
}

const FOUND = new WeakMap<StructuralSchema, boolean>();

/** True if a schema has sets or maps of items anywhere; others are not walked. */
function hasUniqueLists(schema: StructuralSchema): boolean {
  let found = FOUND.get(schema);
  if (found === undefined) {
    const { props, properties, items, additional } = schema;
    found =
      ["set", "map"].includes(props["x-kubernetes-list-type"] ?? "") ||
      [...properties.values()].some(hasUniqueLists) ||
      (items !== undefined && hasUniqueLists(items)) ||
      (typeof additional === "object" && hasUniqueLists(additional));
    FOUND.set(schema, found);
  }
  return found;
}

function ownRepeated({ props }: StructuralSchema, value: readonly unknown[], path: Path): readonly FieldError[] {
  const type = props["x-kubernetes-list-type"];
  if (value.length < 2 || (type !== "set" && type !== "map")) return [];
  const keys = props["x-kubernetes-list-map-keys"] ?? [];
  const times = new Map<string, number>();
  const out: FieldError[] = [];
  for (const [index, item] of value.entries()) {
    const id: unknown = type === "set" ? item : keysOf(item, keys);
    const text = jsonText(id);
    const seen = times.get(text) ?? 0;
    if (seen === 1) out.push(duplicate([...path, index], id));
    times.set(text, seen + 1);
  }
  return out;
}

function keysOf(item: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isRecord(item)) return {};
  return Object.fromEntries(keys.filter((key) => item[key] !== undefined).map((key) => [key, item[key]]));
}
