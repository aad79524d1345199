// Feature gates that fields and kinds stand behind are gates that there are.
import { featureGates } from "@skates/component-base";
import { expect, test } from "vitest";
import { builtinResources, gatedResources, resourcesBehind } from "./index.ts";
import { structsOf } from "./testing.ts";

test("each field's and each kind's gate is in the table", () => {
  const all = resourcesBehind({ enabled: () => true });
  expect(all.length).toBeGreaterThan(builtinResources.length);
  const fields = [...structsOf(all)].flatMap((struct) => Object.values(struct.fields));
  const gates = fields.flatMap(({ facets }) => facets.gate?.split(",") ?? []);
  expect(gates.length).toBeGreaterThan(50);
  const known = featureGates().all();
  expect([...gates, ...Object.keys(gatedResources)].filter((gate) => !known.has(gate))).toEqual([]);
});
