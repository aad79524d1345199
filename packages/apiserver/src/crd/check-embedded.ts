import {
  decodeValue,
  type FieldError,
  invalid,
  isDns1035Label,
  isRecord,
  isStatus,
  ObjectMeta,
  type Path,
  required,
  validateObjectMeta,
} from "@skates/apimachinery";
import { isEmbedded, type StructuralSchema } from "./structural-schema.ts";

/** What is wrong with the names and metadata of objects that stand within a value. In upstream's words. */
export function checkEmbedded(schema: StructuralSchema, value: unknown, path: Path): readonly FieldError[] {
  return hasEmbedded(schema) ? checkWithin(schema, value, path) : [];
}

const FOUND = new WeakMap<StructuralSchema, boolean>();

/** True if a schema has embedded objects anywhere: most have none, and are not walked. */
function hasEmbedded(schema: StructuralSchema): boolean {
  let found = FOUND.get(schema);
  if (found === undefined) {
    const { properties, items, additional } = schema;
    found =
      isEmbedded(schema) ||
      [...properties.values()].some(hasEmbedded) ||
      (items !== undefined && hasEmbedded(items)) ||
      (typeof additional === "object" && hasEmbedded(additional));
    FOUND.set(schema, found);
  }
  return found;
}

function checkWithin(schema: StructuralSchema, value: unknown, path: Path): readonly FieldError[] {
  const { items, properties, additional } = schema;
  if (Array.isArray(value)) {
    return items === undefined ? [] : value.flatMap((item, index) => checkEmbedded(items, item, [...path, index]));
  }
  if (!isRecord(value)) return [];
  const out = isEmbedded(schema) ? [...checkObject(value, path)] : [];
  for (const [name, member] of Object.entries(value)) {
    const named = properties.get(name);
    if (named !== undefined) out.push(...checkEmbedded(named, member, [...path, name]));
    else if (typeof additional === "object") out.push(...checkEmbedded(additional, member, [...path, { key: name }]));
  }
  return out;
}

function checkObject(value: Readonly<Record<string, unknown>>, path: Path): readonly FieldError[] {
  const out: FieldError[] = [];
  for (const name of ["apiVersion", "kind"] as const) {
    const at = [...path, name];
    const text = value[name];
    if (text === undefined) out.push(required(at, "must not be empty"));
    else if (typeof text !== "string") out.push(invalid(at, text, "must be a string"));
    else if (text === "") out.push(invalid(at, text, "must not be empty"));
    else out.push(...(name === "kind" ? kindFindings(text, at) : versionFindings(text, at)));
  }
  if (value["metadata"] !== undefined) out.push(...metaFindings(value["metadata"], [...path, "metadata"]));
  return out;
}

function kindFindings(kind: string, path: Path): readonly FieldError[] {
  const messages = isDns1035Label(kind.toLowerCase());
  if (messages.length === 0) return [];
  return [invalid(path, kind, `may have mixed case, but should otherwise match: ${messages.join(",")}`)];
}

function versionFindings(text: string, path: Path): readonly FieldError[] {
  if (text.split("/").length <= 2) return [];
  return [invalid(path, text, `unexpected GroupVersion string: ${text}`)];
}

/** Names of embedded objects may be left out: they are templates more often than not. */
function metaFindings(value: unknown, path: Path): readonly FieldError[] {
  try {
    const { object } = decodeValue<ObjectMeta>(ObjectMeta, value);
    const named = object.name === "" ? { ...object, name: "fakename" } : object;
    const namespaced = (object.namespace ?? "") !== "";
    return validateObjectMeta(named, { namespaced, nameFormat: "pathSegmentName" }, path);
  } catch (error) {
    if (!isStatus(error, "BadRequest")) throw error;
    return [invalid(path, value, error.message)];
  }
}
