import { equalValues } from "../schema/equal.ts";
import { jsonText } from "../schema/json-text.ts";
import { isRecord, type JsonRecord, newMap } from "../schema/record.ts";
import type { AnyField, Struct } from "../schema/struct.ts";
import type { TypeNode } from "../schema/type.ts";
import { badRequest } from "../status.ts";
import { mergeList, orderList } from "./strategic-list.ts";

/**
 * Merges a strategic merge patch into a value: lists by their merge keys, and the directives `$patch`, `$retainKeys`,
 * `$deleteFromPrimitiveList/…` and `$setElementOrder/…`. Shares what did not change. Throws StatusError BadRequest when the
 * patch is malformed. The result is not normalised: decode it.
 */
export function strategicMergePatch(struct: Struct, value: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) throw badRequest("invalid JSON document");
  return mergeRecord({ kind: "ref", target: () => struct }, value, patch);
}

const PATCH = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_PREFIX = "$deleteFromPrimitiveList/";
const ORDER_PREFIX = "$setElementOrder/";

/** What the schema says of a member; undefined where it says nothing (open JSON). */
interface Member {
  readonly type: TypeNode | undefined;
  readonly merges: boolean;
  readonly key: string | undefined;
  readonly replaces: boolean;
}

const OPEN: Member = { type: undefined, merges: false, key: undefined, replaces: false };

function memberOf(type: TypeNode | undefined, name: string): Member {
  if (type?.kind === "map") return { ...OPEN, type: type.values };
  if (type?.kind !== "ref") return OPEN;
  const { fields } = type.target();
  const field: AnyField | undefined = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) return OPEN;
  const { patch, patchKey } = field.facets;
  const merges = patch === "merge" || patch === "merge,retainKeys";
  return { type: field.type, merges, key: patchKey, replaces: patch === "replace" };
}

/** Merges two objects, or follows the directive that the patch holds. */
function mergeRecord(type: TypeNode | undefined, value: unknown, patch: JsonRecord): unknown {
  const directive = patch[PATCH];
  if (directive === "delete") return newMap();
  if (directive === "replace") return withoutDirectives(patch);
  if (directive !== undefined && directive !== "merge") {
    throw badRequest(`unknown patch type: ${textOf(directive)} in map: ${jsonText(patch)}`);
  }
  const base = isRecord(value) ? retain(value, patch) : newMap<unknown>();
  const next = newMap<unknown>();
  for (const key of Object.keys(base)) if (base[key] !== undefined) next[key] = base[key];
  for (const key of Object.keys(patch)) mergeMember(next, { key, patch, type });
  for (const key of Object.keys(patch)) {
    if (key.startsWith(ORDER_PREFIX)) orderMember(next, { key, patch, type });
  }
  return isRecord(value) && equalShallow(value, next) ? value : next;
}

interface MemberPatch {
  readonly key: string;
  readonly patch: JsonRecord;
  readonly type: TypeNode | undefined;
}

function mergeMember(next: Record<string, unknown>, { key, patch, type }: MemberPatch): void {
  const change = patch[key];
  if (key === PATCH || key === RETAIN_KEYS || key.startsWith(ORDER_PREFIX) || change === undefined) return;
  if (key.startsWith(DELETE_PREFIX)) {
    deleteItems(next, key.slice(DELETE_PREFIX.length), change);
    return;
  }
  if (key.startsWith("$deleteFromPrimitiveList")) throw badRequest("invalid patch format of primitive list");
  if (change === null) {
    delete next[key];
    return;
  }
  const member = memberOf(type, key);
  const old = next[key];
  if (isRecord(change) && !member.replaces)
    next[key] = mergeRecord(member.type, isRecord(old) ? old : undefined, change);
  else if (Array.isArray(change) && member.merges) next[key] = mergeListMember(member, old, change);
  else next[key] = withoutDirectives(change);
}

function mergeListMember(member: Member, old: unknown, change: readonly unknown[]): unknown {
  const items = member.type?.kind === "list" ? member.type.items : undefined;
  const list: readonly unknown[] = Array.isArray(old) ? old : [];
  const merge = (value: unknown, patch: JsonRecord) => mergeRecord(items, value, patch);
  return mergeList(list, change, { key: member.key, merge });
}

function deleteItems(next: Record<string, unknown>, key: string, change: unknown): void {
  if (!Array.isArray(change)) throw badRequest("invalid patch format of primitive list");
  const list = next[key];
  if (!Array.isArray(list)) return;
  const gone: readonly unknown[] = change;
  next[key] = list.filter((item) => !gone.some((other) => equalValues(item, other)));
}

/** Puts a merged list into the order that the patch asks for; items it does not name keep their places among each other. */
function orderMember(next: Record<string, unknown>, { key, patch, type }: MemberPatch): void {
  const name = key.slice(ORDER_PREFIX.length);
  const order = patch[key];
  const list = next[name];
  if (!Array.isArray(order)) throw badRequest("invalid patch format of setElementOrder list");
  if (!Array.isArray(list)) return;
  const change = patch[name];
  next[name] = orderList(list, order, { key: memberOf(type, name).key, patch: Array.isArray(change) ? change : [] });
}

/** `$retainKeys`: members that it does not name go away. */
function retain(value: JsonRecord, patch: JsonRecord): JsonRecord {
  const keys = patch[RETAIN_KEYS];
  if (keys === undefined) return value;
  if (!Array.isArray(keys)) throw badRequest("invalid patch format of retainKeys");
  const kept = new Set<unknown>(keys);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith("$") || kept.has(key)) continue;
    throw badRequest("invalid patch format of retainKeys");
  }
  const next = newMap<unknown>();
  for (const key of Object.keys(value)) if (kept.has(key)) next[key] = value[key];
  return next;
}

/** A value that is taken over whole: its directives and nulls mean nothing there. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isDirective(item)).map(withoutDirectives);
  if (!isRecord(value)) return value;
  const next = newMap<unknown>();
  for (const key of Object.keys(value)) {
    const member = value[key];
    const directive =
      key === PATCH || key === RETAIN_KEYS || key.startsWith(ORDER_PREFIX) || key.startsWith(DELETE_PREFIX);
    if (!directive && member !== null) next[key] = withoutDirectives(member);
  }
  return next;
}

function isDirective(item: unknown): boolean {
  return isRecord(item) && (item[PATCH] === "delete" || (item[PATCH] === "replace" && Object.keys(item).length === 1));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : jsonText(value);
}

function equalShallow(a: JsonRecord, b: JsonRecord): boolean {
  const keys = Object.keys(b);
  let members = 0;
  for (const key of Object.keys(a)) if (a[key] !== undefined) members++;
  return members === keys.length && keys.every((key) => a[key] === b[key]);
}
