// JSON patches made by comparison: applied to the first value they give the second.
import { jsonPatch } from "@skates/apimachinery";
import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonDifference } from "./json-difference.ts";

it("changes members, one by one, and lists as a whole", () => {
  const before = { a: 1, b: { c: [1, 2], "d/e~f": "x" }, gone: true };
  const next = { a: 2, b: { c: [1], "d/e~f": "y" }, fresh: null };
  expect(jsonDifference(before, next)).toEqual([
    { op: "replace", path: "/a", value: 2 },
    { op: "replace", path: "/b/c", value: [1] },
    { op: "replace", path: "/b/d~1e~0f", value: "y" },
    { op: "remove", path: "/gone" },
    { op: "add", path: "/fresh", value: null },
  ]);
  expect(jsonDifference(next, { ...next })).toEqual([]);
});

it("gives the second value for any two", () => {
  const value = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
  fc.assert(
    fc.property(value, value, (before, next) => {
      fc.pre(!("__proto__" in before) && !("__proto__" in next));
      expect(jsonPatch(before, jsonDifference(before, next))).toEqual(next);
    }),
  );
});
