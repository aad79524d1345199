// Configuration files: what is read, and in which words the rest is refused.
import { expect, test } from "vitest";
import { readConfiguration, refuseFindings } from "./configuration.ts";
import { required } from "./schema/field-error.ts";
import { opt, req, struct, typeMeta } from "./index.ts";
import { int32, string } from "./schema/type.ts";

const Sample = struct("test/v1.Sample", {
  ...typeMeta,
  name: req(1, string, ""),
  size: opt(2, int32, "", { default: 3, minimum: 1 }),
});
const kinds = [{ group: "test.example.com", version: "v1", kind: "Sample", schema: Sample }];
const read = (text: string): unknown =>
  readConfiguration(`apiVersion: test.example.com/v1\nkind: Sample\n${text}`, kinds);

test("YAML and JSON are read, with defaults", () => {
  const whole = { apiVersion: "test.example.com/v1", kind: "Sample", name: "a", size: 3 };
  expect(read("name: a\n")).toEqual(whole);
  expect(readConfiguration(JSON.stringify({ ...whole, size: 3 }), kinds)).toEqual(whole);
});

test.each([
  ["name: [", /error converting YAML to JSON/],
  ["name: a\nnmae: b", /strict decoding error: unknown field "nmae"/],
  ["name: a\nsize: x", /cannot unmarshal string into Go struct field Sample.size of type int32/],
  ["name: a\nsize: -1", /^size: Invalid value: -1: must be greater than or equal to 1$/],
])("%j is refused", (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test("other kinds are refused, naming what is expected", () => {
  expect(() => readConfiguration("apiVersion: v1\nkind: Pod\n", kinds)).toThrow(
    "v1 Pod cannot be read here: test.example.com/v1 Sample is expected",
  );
  expect(() => readConfiguration("- 1", kinds)).toThrow("an object with apiVersion and kind is expected");
});

test("findings of other rules are refused in the same words", () => {
  expect(() => refuseFindings([])).not.toThrow();
  expect(() => refuseFindings([required(["a", 0])])).toThrow("a[0]: Required value");
});
