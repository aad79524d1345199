import { isEmptyRecord } from "../../schema/equal.ts";
import { isRecord, type JsonRecord, newMap } from "../../schema/record.ts";
import { type FieldSet, isMember } from "./field-set.ts";
import type { FieldLayout, Layout } from "./layout.ts";

/** The live value with the applied one laid over it: by fields, map keys and list items; what is owned as one is replaced. */
export function mergeApplied(layout: Layout, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  if (live === undefined || layout.kind === "leaf") return applied;
  switch (layout.kind) {
    case "struct":
      return mergeStruct(layout.fields(), live as JsonRecord, applied as JsonRecord);
    case "map":
      return mergeMap(layout.values, live as JsonRecord, applied as JsonRecord);
    case "list":
      return mergeList(layout, live as readonly unknown[], applied as readonly unknown[]);
  }
}

function mergeStruct(fields: readonly FieldLayout[], live: JsonRecord, applied: JsonRecord): unknown {
  let next: Record<string, unknown> | undefined;
  for (const { name, layout } of fields) {
    const merged = mergeApplied(layout, live[name], applied[name]);
    if (merged === live[name]) continue;
    next ??= { ...live };
    next[name] = merged;
  }
  return next ?? live;
}

function mergeMap(values: Layout, live: JsonRecord, applied: JsonRecord): unknown {
  const next = newMap<unknown>();
  for (const key of Object.keys(live)) next[key] = live[key];
  for (const key of Object.keys(applied)) next[key] = mergeApplied(values, next[key], applied[key]);
  return next;
}

/**
 * Items of the applied list stand in its order; items that only the live list has stay where they are, before the applied
 * item that follows them.
 */
function mergeList(
  layout: Layout & { readonly kind: "list" },
  live: readonly unknown[],
  applied: readonly unknown[],
): readonly unknown[] {
  const liveElements = live.map(layout.element);
  const elements = applied.map(layout.element);
  const wanted = new Set(elements);
  const known = new Map<string | undefined, unknown>();
  for (const [index, element] of liveElements.entries()) if (!known.has(element)) known.set(element, live[index]);
  const out: unknown[] = [];
  let l = 0;
  for (const [r, element] of elements.entries()) {
    const nextShared = elements.slice(r).find((other) => known.has(other));
    for (; l < live.length; l++) {
      const current = liveElements[l];
      if (wanted.has(current) && current === nextShared) break;
      if (!wanted.has(current)) out.push(live[l]);
    }
    out.push(mergeApplied(layout.items, known.get(element), applied[r]));
    if (l < live.length && liveElements[l] === element) l++;
  }
  for (; l < live.length; l++) if (!wanted.has(liveElements[l])) out.push(live[l]);
  return out;
}

/** The value without the fields of `gone`, but for those that `owned` holds, or holds something below of. Undefined: nothing left. */
export function removeFields(layout: Layout, value: unknown, { gone, owned }: Removal): unknown {
  if (value === undefined) return undefined;
  switch (layout.kind) {
    case "leaf":
      return value;
    case "struct": {
      const fields = new Map(layout.fields().map((field) => [field.element, field]));
      return removeMembers(value, { gone, owned }, (element) => {
        const field = fields.get(element);
        return field === undefined ? undefined : { name: field.name, layout: field.layout };
      });
    }
    case "map":
      return removeMembers(value, { gone, owned }, (element) => ({ name: element.slice(2), layout: layout.values }));
    case "list":
      return removeItems(layout, value, { gone, owned });
  }
}

export interface Removal {
  readonly gone: FieldSet;
  readonly owned: FieldSet | undefined;
}

interface Child {
  readonly name: string;
  readonly layout: Layout;
}

function removeMembers(
  value: unknown,
  { gone, owned }: Removal,
  child: (element: string) => Child | undefined,
): unknown {
  if (!isRecord(value)) return value;
  let next: Record<string, unknown> | undefined;
  for (const element of Object.keys(gone)) {
    const node = gone[element];
    const found = element === "." ? undefined : child(element);
    if (found === undefined || node === undefined || value[found.name] === undefined) continue;
    const rest = removeNode(found.layout, value[found.name], { gone: node, owned: owned?.[element] });
    if (rest === value[found.name]) continue;
    next ??= Object.assign(newMap<unknown>(), value);
    if (rest === undefined) delete next[found.name];
    else next[found.name] = rest;
  }
  if (next === undefined) return value;
  return isEmptyRecord(next) ? undefined : next;
}

function removeItems(layout: Layout & { readonly kind: "list" }, value: unknown, { gone, owned }: Removal): unknown {
  if (!Array.isArray(value)) return value;
  const next: unknown[] = [];
  let changed = false;
  for (const item of value as readonly unknown[]) {
    const element = layout.element(item);
    const node = element === undefined ? undefined : gone[element];
    const rest =
      element === undefined || node === undefined
        ? item
        : removeNode(layout.items, item, { gone: node, owned: owned?.[element] });
    if (rest !== item) changed = true;
    if (rest !== undefined) next.push(rest);
  }
  if (!changed) return value;
  return next.length === 0 ? undefined : next;
}

/** A node goes as a whole if it was in the set itself and nobody else has it or anything below it. */
function removeNode(layout: Layout, value: unknown, { gone, owned }: Removal): unknown {
  if (isMember(gone) && owned === undefined) return undefined;
  return removeFields(layout, value, { gone, owned });
}
