import { isRecord, newMap } from "@skates/apimachinery";
import { EMBEDDED_MEMBERS, isEmbedded, keepsUnknown, type StructuralSchema } from "./structural-schema.ts";

export interface CompleteOptions {
  /** False: only what the schema does not know is taken away. Default: true. */
  readonly defaults?: boolean | undefined;
}

/** A value without what its schema does not know, and with the defaults of what was left out. Shares what did not change. */
export function completeValue(schema: StructuralSchema, value: unknown, options: CompleteOptions = {}): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    let next: unknown[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      const completed = completeValue(items, item, options);
      if (completed !== item) (next ??= value.slice())[index] = completed;
    }
    return next ?? value;
  }
  return isRecord(value) ? completeRecord(schema, value, options) : value;
}

type Members = Readonly<Record<string, unknown>>;

function completeRecord(schema: StructuralSchema, given: Members, options: CompleteOptions): Members {
  let next: Record<string, unknown> | undefined;
  const fills = options.defaults !== false;
  for (const name in given) {
    const value = given[name];
    if (value === undefined) continue;
    const part = partFor(schema, name);
    const dropped = part === undefined || (fills && value === null && typeof part === "object" && !allowsNull(part));
    const completed = dropped ? undefined : part === true ? value : completeValue(part, value, options);
    if (completed === value && next === undefined) continue;
    next ??= copyBefore(given, name);
    if (completed !== undefined) next[name] = completed;
  }
  if (!fills) return next ?? given;
  for (const [name, part] of schema.properties) {
    const { default: initial } = part.props;
    if (initial === undefined || (next ?? given)[name] !== undefined) continue;
    next ??= copyBefore(given, undefined);
    next[name] = completeValue(part, initial, options);
  }
  return next ?? given;
}

/** The members before `end`, which stay as they are; all where it is absent. */
function copyBefore(given: Members, end: string | undefined): Record<string, unknown> {
  const copy = newMap<unknown>();
  for (const name in given) {
    if (name === end) break;
    if (given[name] !== undefined) copy[name] = given[name];
  }
  return copy;
}

/** A null where none is allowed counts as left out, so that the default applies. */
function allowsNull({ props, properties, items }: StructuralSchema): boolean {
  return props.nullable === true || (props.type === undefined && properties.size === 0 && items === undefined);
}

/** The schema of a member; true: anything; undefined: it is not known. */
function partFor(schema: StructuralSchema, name: string): StructuralSchema | true | undefined {
  const named = schema.properties.get(name);
  if (named !== undefined) return named;
  const { additional } = schema;
  if (typeof additional === "object") return additional;
  if (additional === true || keepsUnknown(schema)) return true;
  return isEmbedded(schema) && EMBEDDED_MEMBERS.includes(name) ? true : undefined;
}
