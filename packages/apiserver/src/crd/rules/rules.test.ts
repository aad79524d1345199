// Rules in CEL: what a definition may not say, what objects are told, transitions, ratcheting, budgets.
import type { JSONSchemaProps } from "@skates/api/apiextensions/v1";
import { formatFieldError } from "@skates/apimachinery";
import { expect, test } from "vitest";
import { structuralSchema } from "../structural-schema.ts";
import { checkRules } from "./check-rules.ts";
import { runRules } from "./run-rules.ts";

const schemaOf = (spec: object) =>
  structuralSchema({ type: "object", properties: { spec: { type: "object", ...spec } } } as JSONSchemaProps);
const check = (spec: object): readonly string[] => checkRules(schemaOf(spec), ["s"]).map(formatFieldError);
const run = (spec: object, next: object, old?: object): readonly string[] => {
  const object = (value: object): object => ({ apiVersion: "v1", kind: "X", metadata: { name: "x" }, spec: value });
  return runRules(schemaOf(spec), object(next), old === undefined ? undefined : object(old)).map(formatFieldError);
};
const rules = (...list: object[]): object => ({ "x-kubernetes-validations": list });
const RULES = "s.properties[spec].x-kubernetes-validations";
const range = { properties: { min: { type: "integer" }, max: { type: "integer" } } };

test("rules are compiled when a definition is made", () => {
  expect(check({ ...range, ...rules({ rule: "self.min <= self.max" }) })).toEqual([]);
  expect(check({ ...range, ...rules({ rule: "self.min <= self.other" }) })[0]).toContain(
    "compilation failed: ERROR: <input>:1:17: undefined field 'other'",
  );
  expect(check({ ...range, ...rules({ rule: "self.min + 1" }) })[0]).toContain(
    "cel expression must evaluate to a bool",
  );
  expect(check({ ...range, ...rules({ rule: "true", messageExpression: "1" }) })[0]).toContain(
    "messageExpression must evaluate to a string",
  );
  expect(check({ ...range, ...rules({ rule: "true", optionalOldSelf: true }) })).toEqual([
    `${RULES}[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
  ]);
  const list = {
    list: { type: "array", maxItems: 3, items: { type: "integer", ...rules({ rule: "self == oldSelf" }) } },
  };
  expect(check({ properties: list })).toEqual([
    expect.stringContaining(
      "oldSelf cannot be used on the uncorrelatable portion of the schema within s.properties[spec].properties[list]",
    ),
  ]);
});

test("a rule that may never end is refused; limits make it cheap", () => {
  const texts = (more: object): object => ({
    properties: { a: { type: "array", items: { type: "string", ...more }, ...more } },
    ...rules({ rule: "self.a.all(x, self.a.all(y, x == y || self.a.exists(z, z == x)))" }),
  });
  const [first] = check(texts({}));
  expect(first).toMatch(
    /\.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(try simplifying/,
  );
  expect(check(texts({ maxItems: 5, maxLength: 10 }))).toEqual([]);
});

test("findings have the rule's message, reason and path", () => {
  const spec = {
    ...range,
    ...rules(
      { rule: "self.min <= self.max" },
      { rule: "self.max < 10", message: "too much", reason: "FieldValueForbidden", fieldPath: ".max" },
      { rule: "self.min > 0", messageExpression: "'min is ' + string(self.min)" },
    ),
  };
  expect(run(spec, { min: 1, max: 2 })).toEqual([]);
  expect(run(spec, { min: 30, max: 20 })).toEqual([
    "spec: Invalid value: failed rule: self.min <= self.max",
    "spec.max: Forbidden: too much",
  ]);
  expect(run(spec, { min: -1, max: 2 })).toEqual(["spec: Invalid value: min is -1"]);
  expect(run(spec, { max: 2 })[0]).toContain("no such key: min evaluating rule: self.min <= self.max");
});

test("transitions need an old value, unless they take its absence", () => {
  const fixed = { properties: { name: { type: "string", ...rules({ rule: "self == oldSelf", message: "stays" }) } } };
  expect(run(fixed, { name: "a" })).toEqual([]);
  expect(run(fixed, { name: "b" }, { name: "a" })).toEqual(['spec.name: Invalid value: "b": stays']);
  const items = {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["k"],
    items: {
      type: "object",
      properties: { k: { type: "string" }, n: { type: "integer" } },
      ...rules({ rule: "self.n >= oldSelf.n", message: "grows" }),
    },
  };
  const list = { properties: { items } };
  const before = {
    items: [
      { k: "a", n: 2 },
      { k: "b", n: 5 },
    ],
  };
  expect(
    run(
      list,
      {
        items: [
          { k: "b", n: 4 },
          { k: "a", n: 3 },
          { k: "c", n: 0 },
        ],
      },
      before,
    ),
  ).toEqual(["spec.items[0]: Invalid value: grows"]);
});

test("what did not change is tolerated", () => {
  const spec = { properties: { a: { type: "integer", ...rules({ rule: "self > 5" }) }, b: { type: "integer" } } };
  expect(run(spec, { a: 1, b: 2 }, { a: 1, b: 1 })).toEqual([]);
  expect(run(spec, { a: 2, b: 2 }, { a: 1, b: 1 })).toEqual(["spec.a: Invalid value: 2: failed rule: self > 5"]);
});

test("a rule that costs too much at run time ends, and with it all others", () => {
  const spec = {
    properties: { a: { type: "array", items: { type: "integer" } } },
    ...rules({ rule: "self.a.all(x, self.a.all(y, self.a.all(z, x + y + z >= 0)))" }, { rule: "false" }),
  };
  const [only, ...more] = run(spec, { a: Array.from({ length: 300 }, (_, i) => i) });
  expect(only).toContain("no further validation rules will be run due to call cost exceeds limit for rule");
  expect(more).toEqual([]);
});

test("the whole object, maps and names that need escaping are seen", () => {
  const schema = structuralSchema({
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          labels: {
            type: "object",
            additionalProperties: { type: "string", "x-kubernetes-validations": [{ rule: "self != ''" }] },
          },
          "a-b": { type: "integer" },
        },
      },
    },
    "x-kubernetes-validations": [
      { rule: "self.metadata.name.startsWith('x')" },
      { rule: "!has(self.spec.a__dash__b) || self.spec.a__dash__b > 0" },
    ],
  } as JSONSchemaProps);
  const object = { apiVersion: "v1", kind: "X", metadata: { name: "y" }, spec: { labels: { l: "" }, "a-b": 0 } };
  expect(runRules(schema, object, undefined).map(formatFieldError)).toEqual([
    "<nil>: Invalid value: failed rule: self.metadata.name.startsWith('x')",
    "<nil>: Invalid value: failed rule: !has(self.spec.a__dash__b) || self.spec.a__dash__b > 0",
    "spec.labels[l]: Invalid value: \"\": failed rule: self != ''",
  ]);
});
