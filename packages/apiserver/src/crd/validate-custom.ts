import {
  equalValues,
  type FieldError,
  formatPath,
  invalid,
  isRecord,
  jsonText,
  type Path,
  required,
  tooLong,
  tooMany,
} from "@skates/apimachinery";
import { RE2JS } from "re2js";
import { customFormat } from "./custom-formats.ts";
import type { StructuralSchema } from "./structural-schema.ts";

/** What is wrong with a value by its schema, in upstream's words. Parts that did not change are not complained about. */
export function validateCustom(
  schema: StructuralSchema,
  next: unknown,
  old?: unknown,
  path: Path = [],
): readonly FieldError[] {
  if (old !== undefined && equalValues(next, old)) return [];
  if (next === null && schema.props.nullable === true) return [];
  const { props } = schema;
  const wrong = typeError(schema, next, path);
  if (wrong !== undefined) return [wrong];
  const out: FieldError[] = [];
  if (props.enum !== undefined && !props.enum.some((value) => equalValues(value, next))) {
    const detail = `supported values: ${props.enum.map((value) => jsonText(value)).join(", ")}`;
    out.push({ path, reason: "NotSupported", detail, value: next });
  }
  if (typeof next === "number" || typeof next === "bigint") out.push(...numberErrors(schema, Number(next), path));
  else if (typeof next === "string") out.push(...textErrors(schema, next, path));
  else if (Array.isArray(next)) out.push(...listErrors(schema, next, { old, path }));
  else if (isRecord(next)) out.push(...recordErrors(schema, next, { old, path }));
  return [...out, ...junctionErrors(schema, next, path)];
}

function inBody(path: Path, text: string): string {
  return `${formatPath(path)} in body ${text}`;
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "bigint") return "integer";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function typeError({ props }: StructuralSchema, value: unknown, path: Path): FieldError | undefined {
  const actual = typeName(value);
  const intOrString = props["x-kubernetes-int-or-string"] === true;
  const wanted = intOrString ? ["integer", "string"] : props.type === undefined ? [] : [props.type];
  if (wanted.length === 0 || wanted.includes(actual)) return undefined;
  if (actual === "integer" && wanted.includes("number")) return undefined;
  const detail = inBody(path, `must be of type ${wanted.join(",")}: ${JSON.stringify(actual)}`);
  return { path, reason: "TypeInvalid", detail, value: actual };
}

function numberErrors({ props }: StructuralSchema, value: number, path: Path): readonly FieldError[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = props;
  const out: FieldError[] = [];
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    const text = exclusiveMaximum === true ? "should be less than" : "should be less than or equal to";
    out.push(invalid(path, value, inBody(path, `${text} ${maximum}`)));
  }
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    const text = exclusiveMinimum === true ? "should be greater than" : "should be greater than or equal to";
    out.push(invalid(path, value, inBody(path, `${text} ${minimum}`)));
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    out.push(invalid(path, value, inBody(path, `should be a multiple of ${multipleOf}`)));
  }
  return out;
}

function textErrors({ props }: StructuralSchema, value: string, path: Path): readonly FieldError[] {
  const { minLength, maxLength, pattern, format } = props;
  const out: FieldError[] = [];
  const length = Array.from(value).length;
  if (maxLength !== undefined && length > maxLength) out.push(tooLong(path, Number(maxLength)));
  if (minLength !== undefined && length < minLength) {
    out.push(invalid(path, value, inBody(path, `should be at least ${minLength} chars long`)));
  }
  if (pattern !== undefined && !RE2JS.compile(pattern).matcher(value).find()) {
    out.push(invalid(path, value, inBody(path, `should match '${pattern}'`)));
  }
  if (format !== undefined && !customFormat(format, value)) {
    out.push(invalid(path, value, inBody(path, `must be of type ${format}: ${JSON.stringify(value)}`)));
  }
  return out;
}

interface Place {
  readonly old: unknown;
  readonly path: Path;
}

function listErrors(schema: StructuralSchema, value: readonly unknown[], { old, path }: Place): readonly FieldError[] {
  const { props, items } = schema;
  const { minItems, maxItems } = props;
  const out: FieldError[] = [];
  if (maxItems !== undefined && value.length > maxItems) out.push(tooMany(path, value.length, Number(maxItems)));
  if (minItems !== undefined && value.length < minItems) {
    out.push(invalid(path, value.length, inBody(path, `should have at least ${minItems} items`)));
  }
  if (items === undefined) return out;
  const keys = props["x-kubernetes-list-type"] === "map" ? (props["x-kubernetes-list-map-keys"] ?? []) : [];
  const identify = (item: unknown): string =>
    jsonText(keys.map((key) => (isRecord(item) ? (item[key] ?? null) : null)));
  const before = keys.length === 0 || !Array.isArray(old) ? [] : old;
  const known = new Map(before.map((item: unknown) => [identify(item), item]));
  return [
    ...out,
    ...value.flatMap((item, index) => validateCustom(items, item, known.get(identify(item)), [...path, index])),
  ];
}

function recordErrors(
  schema: StructuralSchema,
  value: Readonly<Record<string, unknown>>,
  { old, path }: Place,
): readonly FieldError[] {
  const { props, properties, additional } = schema;
  const out: FieldError[] = [];
  const names = Object.keys(value).filter((name) => value[name] !== undefined);
  if (props.maxProperties !== undefined && names.length > props.maxProperties) {
    out.push(tooMany(path, names.length, Number(props.maxProperties)));
  }
  if (props.minProperties !== undefined && names.length < props.minProperties) {
    out.push(invalid(path, names.length, inBody(path, `should have at least ${props.minProperties} properties`)));
  }
  const embedded = props["x-kubernetes-embedded-resource"] === true ? ["apiVersion", "kind"] : [];
  for (const name of [...(props.required ?? []), ...embedded]) {
    // Upstream's kinds check these by themselves.
    if (path.length === 0 && ["apiVersion", "kind", "metadata"].includes(name)) continue;
    if (value[name] === undefined) out.push(required([...path, name]));
  }
  for (const name of names) {
    const part = properties.get(name) ?? (typeof additional === "object" ? additional : undefined);
    if (part === undefined) continue;
    const was = isRecord(old) && Object.hasOwn(old, name) ? old[name] : undefined;
    const step = properties.has(name) ? name : { key: name };
    out.push(...validateCustom(part, value[name], was, [...path, step]));
  }
  return out;
}

function junctionErrors(schema: StructuralSchema, value: unknown, path: Path): readonly FieldError[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const fits = (part: StructuralSchema): boolean => validateCustom(part, value, undefined, path).length === 0;
  const out: FieldError[] = [];
  const where = JSON.stringify(formatPath(path));
  const say = (text: string): void => void out.push(invalid(path, value, `${where} ${text}`));
  for (const part of allOf) out.push(...validateCustom(part, value, undefined, path));
  if (allOf.some((part) => !fits(part))) say("must validate all the schemas (allOf)");
  if (anyOf.length > 0 && !anyOf.some(fits)) say("must validate at least one schema (anyOf)");
  if (oneOf.length > 0) {
    const count = oneOf.filter(fits).length;
    if (count === 0) say("must validate one and only one schema (oneOf). Found none valid");
    if (count > 1) say(`must validate one and only one schema (oneOf). Found ${count} valid alternatives`);
  }
  if (not !== undefined && fits(not)) say("must not validate the schema (not)");
  return out;
}
