import { decodeValue } from "./decode.ts";
import { memo } from "./memo.ts";
import type { AnyField, Struct } from "./struct.ts";
import type { TypeNode } from "./type.ts";
import { isZero } from "./zero.ts";

/**
 * Fills in what was left out. In each struct: first the defaults of its fields, then its own `defaults`, then what it contains.
 * Shares what did not change; applying it twice is the same as once.
 */
export function applyDefaults<T>(struct: Struct, value: T): T {
  // The result has the type of what was given: defaults only add members that the struct declares.
  return fillRecord(plan(struct), value as Members) as T;
}

type Members = Readonly<Record<string, unknown>>;

interface FieldPlan {
  readonly name: string;
  readonly initial: unknown;
  readonly type: TypeNode;
  readonly keepsZero: boolean;
  /** Defaults within the value; undefined when there are none. */
  readonly within: ((value: unknown) => unknown) | undefined;
  /** What absence means: there may be defaults within. Undefined where absence is absence. */
  readonly implied: (() => unknown) | undefined;
}

interface StructPlan {
  readonly own: readonly FieldPlan[];
  readonly containers: readonly FieldPlan[];
  readonly defaults: ((self: never) => unknown) | undefined;
}

const plan = memo((struct: Struct): StructPlan => {
  const fields = Object.entries(struct.fields).map(([name, field]) => fieldPlan(name, field));
  return {
    own: fields.filter((field) => field.initial !== undefined),
    containers: fields.filter((field) => field.within !== undefined),
    defaults: struct.options.defaults,
  };
});

function fieldPlan(name: string, { type, required, facets }: AnyField): FieldPlan {
  const impliesStruct = required || (facets.emitEmpty === true && facets.keepZero !== true);
  return {
    name,
    type,
    initial: facets.default,
    keepsZero: facets.keepZero === true,
    within: fillerOf(type),
    implied: type.kind === "ref" && impliesStruct ? () => bare(type.target()) : undefined,
  };
}

function fillerOf(type: TypeNode): ((value: unknown) => unknown) | undefined {
  switch (type.kind) {
    case "ref":
      if (!hasDefaults(type.target(), new Set())) return undefined;
      return (value) => fillRecord(plan(type.target()), value as Members);
    case "list": {
      const fill = fillerOf(type.items);
      return fill === undefined ? undefined : (value) => mapItems(value as readonly unknown[], fill);
    }
    case "map": {
      const fill = fillerOf(type.values);
      return fill === undefined ? undefined : (value) => mapMembers(value as Members, fill);
    }
    default:
      return undefined;
  }
}

/** True if the struct, or anything it can contain, has a default. */
function hasDefaults(struct: Struct, seen: Set<Struct>): boolean {
  if (seen.has(struct)) return false;
  seen.add(struct);
  if (struct.options.defaults !== undefined) return true;
  return Object.values(struct.fields).some(({ type, facets }) => {
    if (facets.default !== undefined) return true;
    let inner: TypeNode = type;
    while (inner.kind === "list" || inner.kind === "map") inner = inner.kind === "list" ? inner.items : inner.values;
    return inner.kind === "ref" && hasDefaults(inner.target(), seen);
  });
}

function fillRecord(structPlan: StructPlan, given: Members): Members {
  let value = given;
  for (const field of structPlan.own) {
    const now = value[field.name];
    if (now === undefined || (!field.keepsZero && isZero(field.type, now))) {
      value = value === given ? { ...given, [field.name]: field.initial } : assign(value, field.name, field.initial);
    }
  }
  let copied = value !== given;
  if (structPlan.defaults !== undefined) {
    const next = structPlan.defaults(value as never) as Members;
    copied = copied && next === value;
    value = next;
  }
  for (const field of structPlan.containers) {
    const now = value[field.name];
    const start = now ?? field.implied?.();
    if (start === undefined) continue;
    const next = field.within?.(start);
    if (next === start) continue;
    value = copied ? assign(value, field.name, next) : { ...value, [field.name]: next };
    copied = true;
  }
  return value;
}

/** A struct of which nothing was sent: its required members have their zero values. */
const bare = memo((struct: Struct): object => decodeValue<object>(struct, {}).object);

/** Sets a member of a copy that nobody else has seen yet. */
function assign(copy: Members, name: string, value: unknown): Members {
  (copy as Record<string, unknown>)[name] = value;
  return copy;
}

function mapItems(items: readonly unknown[], fill: (value: unknown) => unknown): readonly unknown[] {
  let next: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const filled = fill(items[i]);
    if (filled !== items[i]) (next ??= items.slice())[i] = filled;
  }
  return next ?? items;
}

function mapMembers(members: Members, fill: (value: unknown) => unknown): Members {
  let next: Record<string, unknown> | undefined;
  for (const key of Object.keys(members)) {
    const filled = fill(members[key]);
    if (filled !== members[key]) {
      next ??= Object.assign(
        Object.create(Object.getPrototypeOf(members) as object | null) as object,
        members,
      ) as Record<string, unknown>;
      next[key] = filled;
    }
  }
  return next ?? members;
}
