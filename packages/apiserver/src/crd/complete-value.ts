import { isRecord, newMap } from "@skates/apimachinery";
import { EMBEDDED_MEMBERS, keepsUnknown, type StructuralSchema } from "./structural-schema.ts";

/** A value without what its schema does not know, and with the defaults of what was left out. Shares what did not change. */
export function completeValue(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    const next = value.map((item: unknown) => completeValue(items, item));
    return next.every((item, index) => item === value[index]) ? value : next;
  }
  return isRecord(value) ? completeRecord(schema, value) : value;
}

type Members = Readonly<Record<string, unknown>>;

function completeRecord(schema: StructuralSchema, given: Members): Members {
  const next = newMap<unknown>();
  let changed = false;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const part = partFor(schema, name);
    const dropped = part === undefined || (value === null && typeof part === "object" && !allowsNull(part));
    if (dropped) {
      changed = true;
      continue;
    }
    const completed = part === true ? value : completeValue(part, value);
    if (completed !== value) changed = true;
    next[name] = completed;
  }
  for (const [name, { props }] of schema.properties) {
    if (props.default === undefined || next[name] !== undefined) continue;
    next[name] = completeValue(partOrSelf(schema, name), props.default);
    changed = true;
  }
  return changed ? next : given;
}

/** A null where none is allowed counts as left out, so that the default applies. */
function allowsNull({ props, properties, items }: StructuralSchema): boolean {
  return props.nullable === true || (props.type === undefined && properties.size === 0 && items === undefined);
}

function partOrSelf(schema: StructuralSchema, name: string): StructuralSchema {
  return schema.properties.get(name) ?? schema;
}

/** The schema of a member; true: anything; undefined: it is not known. */
function partFor(schema: StructuralSchema, name: string): StructuralSchema | true | undefined {
  const named = schema.properties.get(name);
  if (named !== undefined) return named;
  const { additional, props } = schema;
  if (typeof additional === "object") return additional;
  if (additional === true || keepsUnknown(schema)) return true;
  return props["x-kubernetes-embedded-resource"] === true && EMBEDDED_MEMBERS.includes(name) ? true : undefined;
}
