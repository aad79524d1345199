// Every struct and every field says what it means, in one sentence: walked from all resources.
import { expect, test } from "vitest";
import { builtinResources } from "./index.ts";
import { structsOf } from "./testing.ts";

test("nothing is left without words", () => {
  const silent = [...structsOf(builtinResources)].flatMap((struct) => [
    ...(struct.options.doc === undefined || struct.options.doc === "" ? [struct.name] : []),
    ...Object.entries(struct.fields)
      .filter(([, field]) => !/^.+\.$/.test(field.doc))
      .map(([name]) => `${struct.name}.${name}`),
  ]);
  expect(silent).toEqual([]);
});
