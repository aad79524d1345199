import { jsonString, jsonText } from "../../schema/json-text.ts";
import { isRecord } from "../../schema/record.ts";
import type { ListMerge, TypeNode } from "../../schema/type.ts";

/** The path element of a field or of a map's key. */
export function fieldElement(name: string): string {
  return `f:${name}`;
}

/** Tells the path element of a list's item; undefined when the item has none of the keys. */
export type ItemElement = (item: unknown) => string | undefined;

/** How items of a list are named in paths; undefined for lists that are merged as one value. */
export function itemElement(items: TypeNode, merge: ListMerge): ItemElement | undefined {
  if (merge === "atomic") return undefined;
  if (merge === "set") return (item) => `v:${scalarText(item)}`;
  const keys = merge.keys
    .toSorted()
    .map((name) => ({ name, text: `${jsonString(name)}:`, initial: defaultOf(items, name) }));
  return (item) => {
    let out = "";
    for (const { name, text, initial } of keys) {
      const value = isRecord(item) ? (item[name] ?? initial()) : undefined;
      if (value !== undefined) out += `${out === "" ? "" : ","}${text}${scalarText(value)}`;
    }
    return out === "" ? undefined : `k:{${out}}`;
  };
}

/** Keys are texts and numbers as a rule. */
function scalarText(value: unknown): string {
  if (typeof value === "string") return jsonString(value);
  return typeof value === "number" ? String(value) : jsonText(value);
}

/** A key that is left out counts with its default, such as the protocol of a port. */
function defaultOf(items: TypeNode, name: string): () => unknown {
  return () => {
    if (items.kind !== "ref") return undefined;
    const { fields } = items.target();
    return Object.hasOwn(fields, name) ? fields[name]?.facets.default : undefined;
  };
}

/** `.spec.containers[name="web"].image`: a path for people. */
export function formatElements(elements: readonly string[]): string {
  return elements.map(formatElement).join("");
}

function formatElement(element: string): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("v:")) return `[=${rest}]`;
  if (element.startsWith("i:")) return `[${rest}]`;
  const keys: unknown = JSON.parse(rest);
  const parts = isRecord(keys) ? Object.entries(keys).map(([name, value]) => `${name}=${jsonText(value)}`) : [rest];
  return `[${parts.join(",")}]`;
}
