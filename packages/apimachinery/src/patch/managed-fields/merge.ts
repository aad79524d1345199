import { isEmptyRecord } from "../../schema/equal.ts";
import { isRecord, type JsonRecord, newMap } from "../../schema/record.ts";
import { EMPTY_SET, type FieldSet, isMember } from "./field-set.ts";
import { type Layout, restOf, settled, type StructLayout } from "./layout.ts";

/** The live value with the applied one laid over it: by fields, map keys and list items; what is owned as one is replaced. */
export function mergeApplied(declared: Layout, live: unknown, applied: unknown): unknown {
  if (applied === undefined) return live;
  const layout = settled(declared, live, applied);
  if (live === undefined || layout.kind === "leaf") return applied;
  switch (layout.kind) {
    case "struct":
      return mergeStruct(layout, live as JsonRecord, applied as JsonRecord);
    case "map":
      return mergeMap(layout.values, live as JsonRecord, applied as JsonRecord);
    case "list":
      return mergeList(layout, live as readonly unknown[], applied as readonly unknown[]);
  }
}

function mergeStruct(struct: StructLayout, live: JsonRecord, applied: JsonRecord): unknown {
  let next: Record<string, unknown> | undefined;
  for (const { name, layout } of struct.fields()) {
    const merged = mergeApplied(layout, live[name], applied[name]);
    if (merged === live[name]) continue;
    next ??= { ...live };
    next[name] = merged;
  }
  const others = struct.rest === undefined ? undefined : restOf(struct, applied);
  if (struct.rest === undefined || others === undefined || isEmptyRecord(others)) return next ?? live;
  const rest = mergeMap(struct.rest, restOf(struct, live) ?? {}, others);
  return Object.assign(newMap<unknown>(), next ?? live, rest);
}

function mergeMap(values: Layout, live: JsonRecord, applied: JsonRecord): JsonRecord {
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

/**
 * The value without what is in `gone` and not in `owned`. Items and map entries go whatever others have inside them; a field of a
 * struct that holds something of either counts as a part of it, so that it goes as a whole when nobody has anything in it any more:
 * with it go the defaults that were set beside what was applied. Undefined: nothing left.
 */
export function removeFields(declared: Layout, value: unknown, removal: Removal): unknown {
  if (value === undefined) return undefined;
  const layout = settled(declared, value);
  switch (layout.kind) {
    case "leaf":
      return value;
    case "struct": {
      const fields = new Map(layout.fields().map((field) => [field.element, field]));
      return removeMembers(value, removal, (element) => {
        const field = fields.get(element);
        if (field !== undefined) return { name: field.name, layout: field.layout, named: true };
        return layout.rest === undefined ? undefined : { name: element.slice(2), layout: layout.rest, named: false };
      });
    }
    case "map":
      return removeMembers(value, removal, (element) => {
        return { name: element.slice(2), layout: layout.values, named: false };
      });
    case "list":
      return removeItems(layout, value, removal);
  }
}

export interface Removal {
  readonly gone: FieldSet;
  readonly owned: FieldSet;
}

interface Child {
  readonly name: string;
  readonly layout: Layout;
  /** A field that the schema names, not an entry of a map. */
  readonly named: boolean;
}

function removeMembers(
  value: unknown,
  { gone, owned }: Removal,
  childOf: (element: string) => Child | undefined,
): unknown {
  if (!isRecord(value)) return value;
  let next: Record<string, unknown> | undefined;
  for (const element of Object.keys(gone)) {
    const node = gone[element];
    const child = element === "." ? undefined : childOf(element);
    if (child === undefined || node === undefined || value[child.name] === undefined) continue;
    const rest = removeNode(child, value[child.name], { gone: node, owned: owned[element] });
    if (rest === value[child.name]) continue;
    next ??= Object.assign(newMap<unknown>(), value);
    if (rest === undefined) delete next[child.name];
    else next[child.name] = rest;
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
        : removeNode({ layout: layout.items, named: false }, item, { gone: node, owned: owned[element] });
    if (rest !== item) changed = true;
    if (rest !== undefined) next.push(rest);
  }
  if (!changed) return value;
  return next.length === 0 ? undefined : next;
}

function removeNode(
  { layout, named }: Pick<Child, "layout" | "named">,
  value: unknown,
  { gone, owned }: { readonly gone: FieldSet; readonly owned: FieldSet | undefined },
): unknown {
  const kept = owned !== undefined && (named || isMember(owned));
  if (!kept && (named || isMember(gone))) return undefined;
  return removeFields(layout, value, { gone, owned: owned ?? EMPTY_SET });
}
