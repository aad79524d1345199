import { expect, test } from "vitest";
import { definitionToV2, schemaToV2 } from "./convert.ts";

const OPEN = { "x-kubernetes-preserve-unknown-fields": true };
const KIND = { "x-kubernetes-group-version-kind": [{ group: "g", version: "v1", kind: "K" }] };

test.each([
  ["members that nobody knows", { type: "object", properties: { a: {} }, ...OPEN }, OPEN],
  ["items that nobody knows", { type: "array", items: {}, ...OPEN }, OPEN],
  ["a text beside others", { type: "string", ...OPEN }, { type: "string", ...OPEN }],
  ["null", { type: "string", nullable: true, description: "d" }, { description: "d" }],
  ["alternatives", { type: "string", anyOf: [{}], oneOf: [{}], not: {}, allOf: [{}] }, { type: "string" }],
  [
    "required members of which some may be null",
    { type: "object", properties: { a: { nullable: true }, b: {} }, required: ["a", "b"] },
    { type: "object", properties: { a: {}, b: {} }, required: ["b"] },
  ],
  [
    "a required member that may be null",
    { type: "object", properties: { a: { type: "string", nullable: true } }, required: ["a"] },
    { type: "object", properties: { a: {} } },
  ],
  [
    "members",
    { type: "object", properties: { a: { type: "string", default: "x" } } },
    { type: "object", properties: { a: { type: "string" } } },
  ],
])("%s", (_what, schema, converted) => {
  expect(schemaToV2(schema)).toEqual(converted);
});

test("a kind with any members names none", () => {
  const schema = { type: "object", properties: { metadata: {} }, description: "d", ...KIND, ...OPEN };
  expect(definitionToV2(schema)).toEqual({ type: "object", ...KIND });
});
