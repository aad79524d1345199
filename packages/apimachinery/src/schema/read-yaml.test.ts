// YAML as Kubernetes' clients read it: scalars of YAML 1.1, merges, exact integers; and documents that are refused.
import { describe, expect, test } from "vitest";
import { parseLooseYaml, parseYaml } from "./read-yaml.ts";

describe("scalars", () => {
  test.each<[string, unknown]>([
    ["yes", true],
    ["Off", false],
    ["n", false],
    ["0777", 511],
    ["0o777", 511],
    ["0b11", 3],
    ["0x1F", 31],
    ["1_000", 1000],
    ["-12", -12],
    ["08", 8],
    ["9007199254740993", 9007199254740993n],
    ["1.5", 1.5],
    ["1e3", 1000],
    ["12:30", "12:30"],
    ["2020-01-01", "2020-01-01"],
    ["~", null],
    ["null", null],
    ["'1'", "1"],
    ["100m", "100m"],
    ['{"a":[1,true]}', { a: [1, true] }],
    ["", null],
  ])("%s", (text, expected) => {
    expect(parseYaml(text)).toEqual(expected);
  });
  test("keys are texts", () => {
    expect(parseYaml("1: a\non: b\nx: c")).toEqual({ 1: "a", true: "b", x: "c" });
  });
});

test("anchors and merges", () => {
  expect(parseYaml("a: &a {x: 1}\nb:\n  <<: *a\n  z: 2")).toEqual({ a: { x: 1 }, b: { x: 1, z: 2 } });
});

test.each<[string, unknown, readonly string[]]>([
  ["\na:\n  b: 1\n  c: 2\n  c: 3\n", { a: { b: 1, c: 3 } }, ['line 5: key "c"']],
  ['{x: 1, "y z": 2, "y z" : 3}', { x: 1, "y z": 3 }, ['line 1: key "y z"']],
  ["a: 1\na:\n  b: 1\n  b:\n  - 2", { a: { b: [2] } }, ['line 5: key "b"', 'line 3: key "a"']],
  ['"q\\"": 1\nq": 2', { 'q"': 2 }, [String.raw`line 2: key "q\""`]],
  ["a:b: 1\na:b: 2", { "a:b": 2 }, ['line 2: key "a:b"']],
  ["? long\n  one\n: 1\n'long one': 2", { "long one": 2 }, ['line 4: key "long one"']],
  [
    "1: a\n1: b\non: c\nyes: d\na:\na:\n",
    { 1: "b", true: "d", a: null },
    ["line 2: key 1", "line 4: key true", 'line 6: key "a"'],
  ],
  ['1: a\n"1": b', { 1: "b" }, []],
  ["p: &p {a: 1}\nq:\n  <<: *p\n  b: 1\n  b: 2", { p: { a: 1 }, q: { a: 1, b: 2 } }, ['line 5: key "b"']],
  ["- {a: {a: 1}, b: [a, a]}\n- {a: 2}", [{ a: { a: 1 }, b: ["a", "a"] }, { a: 2 }], []],
  [
    "a: 1\na: |\n\n  x\na: &a\n  b: 1\na: !!str\n  y",
    { a: "y" },
    ['line 2: key "a"', 'line 5: key "a"', 'line 7: key "a"'],
  ],
  ["~: 1\nnull: 2", { null: 2 }, ["line 2: key <nil>"]],
  ["a: 1\nb: 2", { a: 1, b: 2 }, []],
])("of keys that come twice the last one counts, and all are told: %j", (text, value, told) => {
  const findings = told.map((finding) => `\n  ${finding} already set in map`).join("");
  const duplicate = findings === "" ? undefined : `error converting YAML to JSON: yaml: unmarshal errors:${findings}`;
  expect(parseLooseYaml(text)).toEqual({ value, duplicate });
});

describe("refused", () => {
  test.each([
    ["a: 1\na: 2", 'error converting YAML to JSON: yaml: unmarshal errors:\n  line 2: key "a" already set in map'],
    ["? {a: 1}\n: 1\nb: 1\nb: 2", "error converting YAML to JSON: yaml: "],
    ["a: [", "error converting YAML to JSON: yaml: "],
    ["---\na: 1\n---\nb: 2", "error converting YAML to JSON: yaml: "],
    ["a: &a [*a]", "error converting YAML to JSON: yaml: "],
    ["[".repeat(5000), "error converting YAML to JSON: yaml: "],
  ])("%#", (text, message) => {
    expect(() => parseYaml(text)).toThrow(message);
  });
  test("aliases that grow without bound", () => {
    const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
    for (let i = 1; i < 9; i++)
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(",")}]`);
    expect(() => parseYaml(lines.join("\n"))).toThrow("excessive aliasing");
  });
  test("dangerous keys are harmless", () => {
    const value = parseYaml("__proto__: {polluted: true}\nconstructor: 1") as object;
    expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
