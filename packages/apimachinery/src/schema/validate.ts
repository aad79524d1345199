import { assert } from "@skates/component-base";
import { equalValues } from "./equal.ts";
import { type FieldError, invalid, notSupported, type Path, required, tooLong, tooMany } from "./field-error.ts";
import { type Format, formats } from "./formats.ts";
import { jsonText } from "./json-text.ts";
import { memo } from "./memo.ts";
import type { AnyField, Excuse, Facets, Rule, Struct } from "./struct.ts";
import type { ListMerge, TypeNode } from "./type.ts";
import { isZero } from "./zero.ts";

/**
 * What is wrong with a value, by the facets and rules of its struct, in the order of the fields. With `old`, a value that did
 * not change is not complained about. The status of a kind is what its owner reports: only a rule of the field itself, or of
 * the kind, looks into it, unless the struct says `checkStatus`.
 */
export function validateValue(struct: Struct, next: unknown, old?: unknown, path: Path = []): readonly FieldError[] {
  const report: Report = { path: [...path], errors: [] };
  checkRecord(plan(struct), next, old, report);
  return report.errors;
}

interface Report {
  /** Where the walk is; errors take copies. */
  readonly path: Path[number][];
  readonly errors: FieldError[];
}

/** Compares with the old value, which is undefined on create. */
type Check = (next: unknown, old: unknown, report: Report) => void;
type Members = Readonly<Record<string, unknown>>;

interface FieldPlan {
  readonly name: string;
  readonly check: Check;
  /** True if there is something to say about a value that is not there. */
  readonly asksForAbsent: boolean;
}
interface StructPlan {
  readonly fields: readonly FieldPlan[];
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly rules: readonly Rule<any>[];
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly excuses: Excuse<any> | undefined;
}

const plan = memo((struct: Struct): StructPlan => {
  const fields = Object.entries(struct.fields).flatMap(([name, field]): readonly FieldPlan[] => {
    const loose = isLoose(struct, name);
    const check = fieldCheck(field, loose);
    const asksForAbsent = !loose && (field.facets.immutable === true || requiredCheck(field) !== undefined);
    return check === undefined ? [] : [{ name, check, asksForAbsent }];
  });
  return { fields, rules: struct.options.rules ?? [], excuses: struct.options.excuses };
});

function isLoose(struct: Struct, name: string): boolean {
  return name === "status" && "apiVersion" in struct.fields && struct.options.checkStatus !== true;
}

function checkRecord(structPlan: StructPlan, next: unknown, old: unknown, report: Report): void {
  const { path } = report;
  const now = next as Members;
  const before = old as Members | undefined;
  const { length: from } = report.errors;
  for (const { name, check, asksForAbsent } of structPlan.fields) {
    const value = now[name];
    if (value === undefined && !asksForAbsent) continue;
    const was = before?.[name];
    if (value === was && before !== undefined) continue;
    path.push(name);
    check(value, before === undefined ? undefined : (was ?? ABSENT), report);
    path.pop();
  }
  const { excuses } = structPlan;
  if (excuses !== undefined && report.errors.length > from) {
    for (const error of report.errors.splice(from)) if (!excuses(next, error)) report.errors.push(error);
  }
  if (structPlan.rules.length > 0) applyRules(structPlan.rules, next, old, report);
}

/** Stands for "the old object was there, without this value", which differs from "there is no old object". */
const ABSENT: unique symbol = Symbol("absent");

// oxlint-disable-next-line typescript/no-explicit-any
function applyRules(rules: readonly Rule<any>[], next: unknown, old: unknown, report: Report): void {
  const { path, errors } = report;
  const before = old === ABSENT ? undefined : old;
  for (const rule of rules) {
    const found = rule(next, before, path);
    if (found.length === 0) continue;
    if (before !== undefined && equalValues(next, before)) return;
    // The walk goes on with the path that the rule was given.
    for (const error of found) errors.push(error.path === path ? { ...error, path: [...path] } : error);
  }
}

function fieldCheck(field: AnyField, loose: boolean): Check | undefined {
  const { type, facets } = field;
  const checks: Check[] = [];
  if (!loose) {
    if (facets.immutable === true) checks.push(immutableCheck(type));
    const missing = requiredCheck(field);
    if (missing !== undefined) checks.push(missing);
    const own = valueCheck(type, facets);
    if (own !== undefined) checks.push(own);
  }
  if (facets.rule !== undefined) {
    const rules = [facets.rule];
    checks.push((next, old, report) => {
      if (next !== undefined) applyRules(rules, next, old, report);
    });
  }
  const within = loose ? undefined : containerCheck(type);
  if (within !== undefined) checks.push(within);
  const [first] = checks;
  if (first === undefined || checks.length === 1) return first;
  return (next, old, report) => {
    for (const check of checks) {
      const before = report.errors.length;
      check(next, old, report);
      if (report.errors.length > before && check !== within) return;
    }
  };
}

function immutableCheck(type: TypeNode): Check {
  return (next, old, { path, errors }) => {
    if (old === undefined || (old === ABSENT && (next === undefined || isZero(type, next)))) return;
    if (!equalValues(next, old)) errors.push(invalid([...path], next ?? null, "field is immutable"));
  };
}

/** Numbers, booleans and structs have no way to be missing that is not also a value. */
function requiredCheck({ type, sent, tag, facets }: AnyField): Check | undefined {
  const emptiable = ["string", "list", "time", "microTime", "bytes", "map"].includes(type.kind);
  if (!sent || tag === 0 || !emptiable || facets.mayBeEmpty === true) return undefined;
  return (next, old, { path, errors }) => {
    if (next !== undefined && !isZero(type, next)) return;
    if (old !== undefined && old !== ABSENT && isZero(type, old)) return;
    errors.push(required([...path]));
  };
}

/** Facets of the value itself; undefined when it has none. */
function valueCheck(type: TypeNode, facets: Facets<unknown>): Check | undefined {
  const find = findingsOf(type, facets);
  if (find === undefined) return undefined;
  return (next, old, { path, errors }) => {
    if (next === undefined || next === "") return;
    const found = find(next, path);
    if (found.length > 0 && (old === undefined || old === ABSENT || !equalValues(next, old))) errors.push(...found);
  };
}

type Find = (value: unknown, path: Path) => readonly FieldError[];

function findingsOf(type: TypeNode, facets: Facets<unknown>): Find | undefined {
  const finds: Find[] = [];
  if (type.kind === "string" && type.values !== undefined) finds.push(enumFind(type.values));
  if (facets.format !== undefined && type.kind === "string") finds.push(formatFind(facets.format));
  if (facets.minimum !== undefined || facets.maximum !== undefined) finds.push(rangeFind(facets));
  if (facets.maxLength !== undefined || facets.minLength !== undefined) finds.push(lengthFind(facets));
  if (facets.maxItems !== undefined || facets.minItems !== undefined) finds.push(itemsFind(facets));
  if (finds.length === 0) return undefined;
  const [first] = finds;
  if (first !== undefined && finds.length === 1) return first;
  return (value, path) => {
    let found = NONE;
    for (const find of finds) {
      const more = find(value, path);
      if (more.length > 0) found = found.length === 0 ? more : [...found, ...more];
    }
    return found;
  };
}

function enumFind(values: readonly string[]): Find {
  const known = new Set<unknown>(values);
  return (value, path) =>
    known.has(value)
      ? NONE
      : [
          notSupported(
            [...path],
            value,
            values.filter((v) => v !== ""),
          ),
        ];
}

function formatFind(name: string): Find {
  const format: Format | undefined = Object.hasOwn(formats, name) ? formats[name] : undefined;
  assert(format !== undefined, `no format is named ${name}`);
  return (value, path) => {
    const messages = format(value as string);
    return messages.length === 0 ? NONE : messages.map((message) => invalid([...path], value, message));
  };
}

function rangeFind({ minimum, maximum }: Facets<unknown>): Find {
  return (value, path) => {
    if (typeof value !== "number" && typeof value !== "bigint") return NONE;
    if (minimum !== undefined && value < minimum) {
      return [invalid([...path], value, `must be greater than or equal to ${minimum}`)];
    }
    if (maximum !== undefined && value > maximum) {
      return [invalid([...path], value, `must be less than or equal to ${maximum}`)];
    }
    return NONE;
  };
}

function lengthFind({ minLength, maxLength }: Facets<unknown>): Find {
  return (value, path) => {
    if (typeof value !== "string") return NONE;
    const length = codePoints(value);
    if (maxLength !== undefined && length > maxLength) return [tooLong([...path], maxLength)];
    if (minLength !== undefined && length < minLength) {
      const unit = minLength === 1 ? "character" : "characters";
      return [{ path: [...path], reason: "TooShort", detail: `must be at least ${minLength} ${unit}`, value }];
    }
    return NONE;
  };
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function itemsFind({ minItems, maxItems }: Facets<unknown>): Find {
  return (value, path) => {
    if (!Array.isArray(value)) return NONE;
    if (maxItems !== undefined && value.length > maxItems) return [tooMany([...path], value.length, maxItems)];
    if (minItems !== undefined && value.length < minItems) {
      const detail = `must have at least ${minItems} ${minItems === 1 ? "item" : "items"}`;
      return [{ path: [...path], reason: "TooFew", detail, value: value.length }];
    }
    return NONE;
  };
}

const NONE: readonly FieldError[] = [];

/** Checks of what a value contains. */
function containerCheck(type: TypeNode): Check | undefined {
  switch (type.kind) {
    case "ref":
      if (!hasChecks(type.target(), new Set())) return undefined;
      return (next, old, report) => {
        if (next !== undefined) checkRecord(plan(type.target()), next, old === ABSENT ? undefined : old, report);
      };
    case "list":
      return listCheck(type);
    case "map": {
      const check = itemCheck(type.values);
      return check === undefined ? undefined : mapCheck(check);
    }
    default:
      return undefined;
  }
}

/** True if there is anything to check in values of a struct, or in what they can contain. */
function hasChecks(struct: Struct, seen: Set<Struct>): boolean {
  if (seen.has(struct)) return false;
  seen.add(struct);
  if ((struct.options.rules ?? []).length > 0) return true;
  return Object.entries(struct.fields).some(([name, field]) => {
    if (isLoose(struct, name)) return field.facets.rule !== undefined;
    const { type, facets } = field;
    if (facets.immutable === true || facets.rule !== undefined || requiredCheck(field) !== undefined) return true;
    if (findingsOf(type, facets) !== undefined) return true;
    let inner = type;
    while (inner.kind === "list" || inner.kind === "map") {
      inner = inner.kind === "list" ? inner.items : inner.values;
    }
    return inner.kind === "ref" ? hasChecks(inner.target(), seen) : findingsOf(inner, {}) !== undefined;
  });
}

function itemCheck(type: TypeNode): Check | undefined {
  return containerCheck(type) ?? valueCheck(type, {});
}

function mapCheck(check: Check): Check {
  return (next, old, report) => {
    const before = old === ABSENT ? undefined : (old as Members | undefined);
    const members = (next ?? {}) as Members;
    for (const key in members) {
      const value = members[key];
      const was = before !== undefined && Object.hasOwn(before, key) ? before[key] : undefined;
      if (value === was) continue;
      report.path.push({ key });
      check(value, was, report);
      report.path.pop();
    }
  };
}

function listCheck({ items, merge }: Extract<TypeNode, { kind: "list" }>): Check | undefined {
  const check = itemCheck(items);
  const identify = identityOf(merge);
  if (check === undefined) return undefined;
  return (next, old, report) => {
    if (!Array.isArray(next)) return;
    const before: readonly unknown[] = Array.isArray(old) ? old : NO_ITEMS;
    const known = before.length === 0 ? undefined : indexOld(before, identify);
    for (let index = 0; index < next.length; index++) {
      const item: unknown = next[index];
      const was = known === undefined ? undefined : identify === undefined ? before[index] : known.get(identify(item));
      if (item === was) continue;
      report.path.push(index);
      check(item, was, report);
      report.path.pop();
    }
  };
}

const NO_ITEMS: readonly unknown[] = [];

function indexOld(
  items: readonly unknown[],
  identify: ((item: unknown) => string) | undefined,
): ReadonlyMap<string, unknown> {
  const known = new Map<string, unknown>();
  if (identify !== undefined) for (const item of items) known.set(identify(item), item);
  return known;
}

/** How items of a list are told apart; undefined for lists merged as one value. */
function identityOf(merge: ListMerge): ((item: unknown) => string) | undefined {
  if (merge === "atomic") return undefined;
  if (merge === "set") return identityText;
  const [key = "", ...more] = merge.keys;
  if (more.length === 0) return (item) => identityText((item as Members)[key] ?? null);
  return (item) => jsonText(merge.keys.map((name) => (item as Members)[name] ?? null));
}

/** Texts as JSON has them, so that `1` and `"1"` differ. */
function identityText(value: unknown): string {
  return typeof value === "string" ? `"${value}` : jsonText(value);
}
