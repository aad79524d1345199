import {
  equalValues,
  type FieldError,
  formatPath,
  invalid,
  isRecord,
  jsonText,
  notSupported,
  type Path,
  required,
  type Step,
  tooLong,
  tooMany,
} from "@skates/apimachinery";
import { RE2JS } from "re2js";
import { customFormat } from "./custom-formats.ts";
import type { StructuralSchema } from "./structural-schema.ts";

/**
 * What is wrong with a value by its schema, in upstream's words. With `old`, parts that did not change are not complained about.
 * Each schema is compiled when a value of it is first seen, and kept as long as the schema is.
 */
export function validateCustom(
  schema: StructuralSchema,
  next: unknown,
  old?: unknown,
  path: Path = [],
): readonly FieldError[] {
  const report: Report = { path: [...path], errors: [] };
  compiled(schema)(next, old, report);
  return report.errors;
}

interface Report {
  /** Where the walk is; errors take copies. */
  readonly path: Step[];
  readonly errors: FieldError[];
}

/** `old` is undefined where there is nothing to compare with. */
type Check = (next: unknown, old: unknown, report: Report) => void;

const CHECKS = new WeakMap<StructuralSchema, Check>();

function compiled(schema: StructuralSchema): Check {
  let check = CHECKS.get(schema);
  if (check === undefined) {
    check = compile(schema);
    CHECKS.set(schema, check);
  }
  return check;
}

function compile(schema: StructuralSchema): Check {
  const nullable = schema.props.nullable === true;
  const wrongType = typeCheck(schema);
  const choices = enumCheck(schema);
  const numbers = numberCheck(schema);
  const texts = textCheck(schema);
  const lists = listCheck(schema);
  const records = recordCheck(schema);
  const junctions = junctionCheck(schema);
  return (next, old, report) => {
    if (old !== undefined && (next === old || equalValues(next, old))) return;
    if (next === null && nullable) return;
    const actual = typeName(next);
    if (wrongType?.(actual, report) === true) return;
    choices?.(next, old, report);
    if (actual === "string") texts?.(next, old, report);
    else if (actual === "object") records?.(next, old, report);
    else if (actual === "array") lists?.(next, old, report);
    else if (actual === "integer" || actual === "number") numbers?.(next, old, report);
    junctions?.(next, old, report);
  };
}

function inBody(path: Path, text: string): string {
  return `${formatPath(path)} in body ${text}`;
}

type TypeName = "null" | "array" | "object" | "string" | "boolean" | "integer" | "number";

function typeName(value: unknown): TypeName {
  switch (typeof value) {
    case "string":
    case "boolean":
      return typeof value === "string" ? "string" : "boolean";
    case "number":
      return Number.isInteger(value) ? "integer" : "number";
    case "bigint":
      return "integer";
    default:
      return value === null || value === undefined ? "null" : Array.isArray(value) ? "array" : "object";
  }
}

/** True: the type is wrong, which has been reported, and nothing else is worth looking at. */
function typeCheck({ props }: StructuralSchema): ((actual: TypeName, report: Report) => boolean) | undefined {
  const intOrString = props["x-kubernetes-int-or-string"] === true;
  const wanted = intOrString ? ["integer", "string"] : (props.type ?? "") === "" ? [] : [props.type];
  if (wanted.length === 0) return undefined;
  const allowed = new Set<unknown>(wanted.includes("number") ? [...wanted, "integer"] : wanted);
  const text = wanted.join(",");
  return (actual, { path, errors }) => {
    if (allowed.has(actual)) return false;
    const detail = inBody(path, `must be of type ${text}: ${JSON.stringify(actual)}`);
    errors.push({ path: [...path], reason: "TypeInvalid", detail, value: actual });
    return true;
  };
}

function enumCheck({ props }: StructuralSchema): Check | undefined {
  const values = props.enum;
  if (values === undefined || values.length === 0) return undefined;
  const scalars = new Set<unknown>(values.filter((value) => typeof value !== "object" || value === null));
  const others = values.filter((value) => typeof value === "object" && value !== null);
  const shown = values.map((value) => (typeof value === "string" ? value : jsonText(value)));
  return (next, _old, { path, errors }) => {
    if (scalars.has(next) || others.some((value) => equalValues(value, next))) return;
    errors.push(notSupported([...path], next, shown));
  };
}

function numberCheck({ props }: StructuralSchema): Check | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = props;
  if (minimum === undefined && maximum === undefined && multipleOf === undefined) return undefined;
  return (next, _old, { path, errors }) => {
    const value = Number(next);
    const say = (text: string): void => void errors.push(invalid([...path], next, inBody(path, text)));
    if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
      say(`${exclusiveMaximum === true ? "should be less than" : "should be less than or equal to"} ${maximum}`);
    }
    if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
      say(`${exclusiveMinimum === true ? "should be greater than" : "should be greater than or equal to"} ${minimum}`);
    }
    if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) say(`should be a multiple of ${multipleOf}`);
  };
}

function textCheck({ props }: StructuralSchema): Check | undefined {
  const { minLength, maxLength, pattern, format, type } = props;
  const hasFormat = customFormat(format, type);
  if (minLength === undefined && maxLength === undefined && pattern === undefined && hasFormat === undefined) {
    return undefined;
  }
  let regex: RE2JS | undefined;
  return (next, _old, { path, errors }) => {
    const value = String(next);
    const say = (text: string): void => void errors.push(invalid([...path], value, inBody(path, text)));
    if (maxLength !== undefined && longer(value, Number(maxLength))) errors.push(tooLong([...path], Number(maxLength)));
    if (minLength !== undefined && minLength > 0 && !longer(value, Number(minLength) - 1)) {
      say(`should be at least ${minLength} chars long`);
    }
    if (pattern !== undefined) {
      regex ??= RE2JS.compile(pattern);
      if (!regex.matcher(value).find()) say(`should match '${pattern}'`);
    }
    if (hasFormat !== undefined && !hasFormat(value)) {
      const detail = inBody(path, `must be of type ${format}: ${JSON.stringify(value)}`);
      errors.push({ path: [...path], reason: "TypeInvalid", detail, value });
    }
  };
}

/** In characters. A text never has more of them than units, and at least half as many. */
function longer(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  return text.length > 2 * limit || Array.from(text).length > limit;
}

type Members = Readonly<Record<string, unknown>>;

function listCheck({ props, items }: StructuralSchema): Check | undefined {
  const { minItems, maxItems } = props;
  const keys = props["x-kubernetes-list-type"] === "map" ? (props["x-kubernetes-list-map-keys"] ?? []) : [];
  if (items === undefined && minItems === undefined && maxItems === undefined) return undefined;
  return (next, old, report) => {
    if (!Array.isArray(next)) return;
    const { path, errors } = report;
    if (maxItems !== undefined && next.length > maxItems) {
      errors.push(tooMany([...path], next.length, Number(maxItems)));
    }
    if (minItems !== undefined && next.length < minItems) {
      errors.push(invalid([...path], next.length, inBody(path, `should have at least ${minItems} items`)));
    }
    if (items === undefined) return;
    const check = compiled(items);
    const before = keys.length === 0 || !Array.isArray(old) ? undefined : itemsByKey(old, keys);
    for (let index = 0; index < next.length; index++) {
      const item: unknown = next[index];
      path.push(index);
      check(item, before?.get(keyText(item, keys)), report);
      path.pop();
    }
  };
}

/** Items of a list by what tells them apart. */
export function itemsByKey(items: readonly unknown[], keys: readonly string[]): ReadonlyMap<string, unknown> {
  return new Map(items.map((item) => [keyText(item, keys), item]));
}

/** What tells an item from the others, as text. */
export function keyText(item: unknown, keys: readonly string[]): string {
  return jsonText(keys.map((key) => (isRecord(item) ? (item[key] ?? null) : null)));
}

/** Checked elsewhere for all kinds alike. */
const META: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

function recordCheck({ props, properties, additional }: StructuralSchema): Check | undefined {
  const { minProperties, maxProperties } = props;
  const needed = props.required ?? [];
  const correlated = props["x-kubernetes-map-type"] !== "atomic";
  const other = typeof additional === "object" ? additional : undefined;
  const counts = minProperties !== undefined || maxProperties !== undefined;
  if (!counts && needed.length === 0 && properties.size === 0 && other === undefined) return undefined;
  return (next, old, report) => {
    const value = next as Members;
    const { path, errors } = report;
    if (counts) countFindings(value, { minProperties, maxProperties }, report);
    for (const name of needed) {
      if (value[name] !== undefined || (path.length === 0 && META.has(name))) continue;
      errors.push(required([...path, name]));
    }
    const before = correlated && isRecord(old) ? old : undefined;
    for (const name in value) {
      const member = value[name];
      const part = properties.get(name) ?? other;
      if (part === undefined || member === undefined) continue;
      path.push(name);
      compiled(part)(member, before !== undefined && Object.hasOwn(before, name) ? before[name] : undefined, report);
      path.pop();
    }
  };
}

function countFindings(
  value: Members,
  { minProperties, maxProperties }: { minProperties: number | undefined; maxProperties: number | undefined },
  { path, errors }: Report,
): void {
  const count = Object.values(value).filter((member) => member !== undefined).length;
  if (maxProperties !== undefined && count > maxProperties) {
    errors.push(tooMany([...path], count, Number(maxProperties)));
  }
  if (minProperties !== undefined && count < minProperties) {
    errors.push(invalid([...path], count, inBody(path, `should have at least ${minProperties} properties`)));
  }
}

/** Upstream's findings on junctions have no path of their own: the text names it. */
export const NOWHERE: Path = ["<nil>"];

function junctionCheck({ allOf, anyOf, oneOf, not }: StructuralSchema): Check | undefined {
  if (allOf.length + anyOf.length + oneOf.length === 0 && not === undefined) return undefined;
  return (next, _old, { path, errors }) => {
    const findings = (part: StructuralSchema): readonly FieldError[] => validateCustom(part, next, undefined, path);
    const say = (text: string): void =>
      void errors.push(invalid(NOWHERE, "", `${JSON.stringify(formatPath(path))} ${text}`));
    if (anyOf.length > 0) {
      const [first, ...more] = anyOf.map(findings);
      if (first !== undefined && first.length > 0 && more.every((found) => found.length > 0)) {
        say("must validate at least one schema (anyOf)");
        errors.push(...first);
      }
    }
    if (oneOf.length > 0) {
      const all = oneOf.map(findings);
      const fitting = all.filter((found) => found.length === 0).length;
      if (fitting !== 1) {
        const found = fitting === 0 ? "Found none valid" : `Found ${fitting} valid alternatives`;
        say(`must validate one and only one schema (oneOf). ${found}`);
        if (fitting === 0) errors.push(...(all[0] ?? []));
      }
    }
    if (allOf.length > 0) {
      const all = allOf.map(findings);
      const failing = all.filter((found) => found.length > 0).length;
      if (failing > 0) say(`must validate all the schemas (allOf)${failing === all.length ? ". None validated" : ""}`);
      for (const found of all) errors.push(...found);
    }
    if (not !== undefined && findings(not).length === 0) say("must not validate the schema (not)");
  };
}
