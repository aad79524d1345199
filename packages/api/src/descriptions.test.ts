// Every struct and every field says what it means, in one sentence: walked from all resources.
import { type Struct, structOf, type TypeNode } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { builtinResources } from "./index.ts";

function reachable(): ReadonlySet<Struct> {
  const seen = new Set<Struct>();
  const open = builtinResources.map((resource) => resource.schema);
  for (let struct = open.pop(); struct !== undefined; struct = open.pop()) {
    if (seen.has(struct)) continue;
    seen.add(struct);
    for (const { type } of Object.values(struct.fields)) {
      const inner = structOf(innermost(type));
      if (inner !== undefined) open.push(inner);
    }
  }
  return seen;
}

function innermost(type: TypeNode): TypeNode {
  if (type.kind === "list") return innermost(type.items);
  return type.kind === "map" ? innermost(type.values) : type;
}

test("nothing is left without words", () => {
  const silent = [...reachable()].flatMap((struct) => [
    ...(struct.options.doc === undefined || struct.options.doc === "" ? [struct.name] : []),
    ...Object.entries(struct.fields)
      .filter(([, field]) => !/^.+\.$/.test(field.doc))
      .map(([name]) => `${struct.name}.${name}`),
  ]);
  expect(silent).toEqual([]);
});
