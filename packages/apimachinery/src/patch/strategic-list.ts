import { equalValues } from "../schema/equal.ts";
import { jsonText } from "../schema/json-text.ts";
import { isRecord, type JsonRecord } from "../schema/record.ts";
import { badRequest } from "../status.ts";

export interface ListPatch {
  /** Merge key of the items; undefined for lists of scalars. */
  readonly key: string | undefined;
  merge(value: unknown, patch: JsonRecord): unknown;
}

/** Merges the items of a patch into a list, with the items' own `$patch` directives. New items come first, as upstream has it. */
export function mergeList(
  list: readonly unknown[],
  patch: readonly unknown[],
  { key, merge }: ListPatch,
): readonly unknown[] {
  if (!patch.some(isRecord) && !list.some(isRecord)) return mergeScalars(list, patch);
  if (key === undefined) throw badRequest("cannot merge lists without merge key");
  if (patch.some((item) => isRecord(item) && item["$patch"] === "replace")) {
    return patch.filter((item) => !(isRecord(item) && item["$patch"] === "replace"));
  }
  let merged = list.slice();
  const named: unknown[] = [];
  for (const item of patch) {
    const id = keyOf(item, key);
    const at = merged.findIndex((other) => equalValues(keyOf(other, key), id));
    if (isRecord(item) && item["$patch"] === "delete") {
      merged = merged.filter((other) => !equalValues(keyOf(other, key), id));
      continue;
    }
    named.push(id);
    const next = merge(at < 0 ? undefined : merged[at], item as JsonRecord);
    if (at < 0) merged.push(next);
    else merged[at] = next;
  }
  return arrange(merged, {
    order: named,
    before: list.map((item) => keyOf(item, key)),
    id: (item) => keyOf(item, key),
  });
}

function mergeScalars(list: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  const merged = [...new Set([...list, ...patch])];
  return arrange(merged, { order: patch, before: list, id: (item) => item });
}

export interface ListOrder {
  readonly key: string | undefined;
  /** The items of the patch: they must come in the order that is asked for. */
  readonly patch: readonly unknown[];
}

/** Arranges a merged list by `$setElementOrder`. */
export function orderList(list: readonly unknown[], order: readonly unknown[], options: ListOrder): readonly unknown[] {
  const { key, patch } = options;
  const id = (item: unknown) => (key === undefined ? item : keyOf(item, key));
  const wanted = order.map(id);
  let at = 0;
  for (const item of patch) {
    if (isRecord(item) && item["$patch"] !== undefined) continue;
    const found = wanted.findIndex((other, index) => index >= at && equalValues(other, id(item)));
    if (found < 0) {
      const lists = `${jsonText(patch)}\n doesn't match $setElementOrder list:\n${jsonText(order)}`;
      throw badRequest(`The order in patch list:\n${lists}\n`);
    }
    at = found + 1;
  }
  return arrange(list, { order: wanted, before: list.map(id), id });
}

interface Arrangement {
  /** Ids in the order wanted. */
  readonly order: readonly unknown[];
  /** Ids in the order there was. */
  readonly before: readonly unknown[];
  id(item: unknown): unknown;
}

/**
 * Items that `order` names stand in its order; the others keep theirs. Where both meet, one of the others goes first only if
 * it stood before the named one.
 */
function arrange(list: readonly unknown[], { order, before, id }: Arrangement): readonly unknown[] {
  const place = (ids: readonly unknown[], item: unknown) => ids.findIndex((other) => equalValues(other, id(item)));
  const named = list.filter((item) => place(order, item) >= 0).toSorted((a, b) => place(order, a) - place(order, b));
  const others = list.filter((item) => place(order, item) < 0);
  const out: unknown[] = [];
  let i = 0;
  for (const item of named) {
    const at = place(before, item);
    while (i < others.length && at >= 0 && place(before, others[i]) >= 0 && place(before, others[i]) < at) {
      out.push(others[i++]);
    }
    out.push(item);
  }
  return [...out, ...others.slice(i)];
}

function keyOf(item: unknown, key: string): unknown {
  if (!isRecord(item)) throw badRequest(`expected a map[string]interface {}, but received a ${typeof item}`);
  const value = item[key];
  if (value === undefined || value === null) {
    throw badRequest(`map: ${jsonText(item)} does not contain declared merge key: ${key}`);
  }
  return value;
}
