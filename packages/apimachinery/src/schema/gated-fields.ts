import { memo } from "./memo.ts";
import type { Struct } from "./struct.ts";
import type { TypeNode } from "./type.ts";

/** Takes the fields behind closed feature gates out of a value about to be stored, unless `old` uses the same field anywhere. */
export type DropGatedFields = <T>(struct: Struct, next: T, old: T | undefined) => T;

/**
 * Makes the function that drops gated fields; `open` tells whether a gate is on and must not change its mind. Values without such
 * fields are returned as they are, and structs that cannot have any are not looked into.
 */
export function gatedFields(open: (gate: string) => boolean): DropGatedFields {
  const plan = memo((struct: Struct) => planOf(struct, open));
  return (struct, next, old) => {
    const { closed, containers } = plan(struct);
    if (closed.length === 0 && containers.length === 0) return next;
    // Only members that may be absent are taken out, so the type stays.
    const without = strip(plan, { struct, value: next }, NONE) as typeof next;
    if (without === next || old === undefined) return without;
    const inUse = new Set<string>();
    collect(plan, { struct, value: old }, inUse);
    return inUse.size === 0 ? without : (strip(plan, { struct, value: next }, inUse) as typeof next);
  };
}

const NONE: ReadonlySet<string> = new Set();

interface StructPlan {
  /** Fields behind gates that are closed. */
  readonly closed: readonly string[];
  /** Fields whose values can have such fields within. */
  readonly containers: readonly { readonly name: string; readonly type: TypeNode }[];
}
type PlanOf = (struct: Struct) => StructPlan;

interface Subject {
  readonly struct: Struct;
  readonly value: unknown;
}
type Members = Readonly<Record<string, unknown>>;

function planOf(struct: Struct, open: (gate: string) => boolean): StructPlan {
  const entries = Object.entries(struct.fields);
  return {
    closed: entries.filter(([, { facets }]) => isClosed(facets.gate, open)).map(([name]) => name),
    containers: entries
      .filter(([, { type }]) => {
        const target = targetOf(type);
        return target !== undefined && reachesGate(target, open, new Set());
      })
      .map(([name, { type }]) => ({ name, type })),
  };
}

/** Several gates, with commas between them, must all be on. */
function isClosed(gate: string | undefined, open: (gate: string) => boolean): boolean {
  return gate !== undefined && !gate.split(",").every(open);
}

function reachesGate(struct: Struct, open: (gate: string) => boolean, seen: Set<Struct>): boolean {
  if (seen.has(struct)) return false;
  seen.add(struct);
  return Object.values(struct.fields).some(({ type, facets }) => {
    if (isClosed(facets.gate, open)) return true;
    const target = targetOf(type);
    return target !== undefined && reachesGate(target, open, seen);
  });
}

function targetOf(type: TypeNode): Struct | undefined {
  let inner = type;
  while (inner.kind === "list" || inner.kind === "map") inner = inner.kind === "list" ? inner.items : inner.values;
  return inner.kind === "ref" ? inner.target() : undefined;
}

function collect(plan: PlanOf, { struct, value }: Subject, inUse: Set<string>): void {
  const members = value as Members;
  const { closed, containers } = plan(struct);
  for (const name of closed) if (members[name] !== undefined) inUse.add(`${struct.name}.${name}`);
  for (const { name, type } of containers) {
    if (members[name] !== undefined) eachStruct(type, members[name], (subject) => collect(plan, subject, inUse));
  }
}

function eachStruct(type: TypeNode, value: unknown, visit: (subject: Subject) => void): void {
  if (type.kind === "ref") visit({ struct: type.target(), value });
  else if (type.kind === "list") for (const item of value as readonly unknown[]) eachStruct(type.items, item, visit);
  else if (type.kind === "map")
    for (const item of Object.values(value as Members)) eachStruct(type.values, item, visit);
}

function strip(plan: PlanOf, { struct, value }: Subject, inUse: ReadonlySet<string>): unknown {
  const members = value as Members;
  const { closed, containers } = plan(struct);
  let next: Record<string, unknown> | undefined;
  for (const name of closed) {
    if (members[name] === undefined || inUse.has(`${struct.name}.${name}`)) continue;
    next ??= { ...members };
    delete next[name];
  }
  for (const { name, type } of containers) {
    const member = (next ?? members)[name];
    if (member === undefined) continue;
    const rest = stripWithin(plan, { type, value: member }, inUse);
    if (rest !== member) (next ??= { ...members })[name] = rest;
  }
  return next ?? value;
}

function stripWithin(
  plan: PlanOf,
  { type, value }: { readonly type: TypeNode; readonly value: unknown },
  inUse: ReadonlySet<string>,
): unknown {
  switch (type.kind) {
    case "ref":
      return strip(plan, { struct: type.target(), value }, inUse);
    case "list": {
      const items = value as readonly unknown[];
      let next: unknown[] | undefined;
      for (const [index, item] of items.entries()) {
        const rest = stripWithin(plan, { type: type.items, value: item }, inUse);
        if (rest !== item) (next ??= [...items])[index] = rest;
      }
      return next ?? value;
    }
    case "map": {
      const members = value as Members;
      let next: Record<string, unknown> | undefined;
      for (const [key, item] of Object.entries(members)) {
        const rest = stripWithin(plan, { type: type.values, value: item }, inUse);
        if (rest === item) continue;
        next ??= Object.assign(
          Object.create(Object.getPrototypeOf(members) as object | null) as Record<string, unknown>,
          members,
        );
        next[key] = rest;
      }
      return next ?? value;
    }
    default:
      return value;
  }
}
