// Conditions for asking a webhook: which hold, which fail, and what does not compile.
import { expect, it } from "vitest";
import { configurationExpressions } from "../configuration-expressions.ts";
import { compileConditions } from "./match-conditions.ts";

const compile = (...expressions: readonly string[]) =>
  compileConditions(expressions, configurationExpressions(), ["c"]);
const spec = {
  user: "jane",
  groups: ["dev"],
  resourceAttributes: { verb: "list", resource: "pods", namespace: "prod" },
};

it.each([
  [["request.resourceAttributes.namespace == 'prod'"], true],
  [["request.resourceAttributes.namespace == 'prod'", "'ops' in request.groups"], false],
  [["has(request.resourceAttributes)", "request.resourceAttributes.name == ''"], true],
  [["!has(request.nonResourceAttributes)"], true],
  [["request.nothing == 1", "request.user == 'joe'"], false],
  [[], undefined],
])("%j: %s", (expressions, expected) => {
  expect(compile(...expressions).matches?.(spec)).toBe(expected);
});

it("one that fails makes the whole fail when none is false", () => {
  expect(() => compile("request.nothing == 1", "true").matches?.(spec)).toThrow(
    "cel evaluation error: expression 'request.nothing == 1' resulted in error: no such key: nothing",
  );
});

it.each([
  ["request.", /compilation failed/],
  ["'a'", /must evaluate to bool but got string/],
  [" ", /^$/],
])("%j does not compile", (expression, detail) => {
  const [finding] = compile(expression).findings;
  expect([finding?.path, finding?.detail]).toEqual([["c", 0, "expression"], expect.stringMatching(detail)]);
});
