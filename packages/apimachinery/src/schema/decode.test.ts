// Decoding by schema: what is normalised, what is refused and in which words. Cases are JSON texts read as a test kind.
import { describe, expect, test } from "vitest";
import { StatusError } from "../status.ts";
import { Bundle, Widget, widget } from "../testing/widget.ts";
import { decodeJson, decodeStored, decodeValue, parseJson } from "./decode.ts";
import { isBareMap } from "./record.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const spec = (text: string) =>
  decodeJson<Widget>(Widget, bytes(`{"kind":"Widget","apiVersion":"test.example.com/v1","spec":${text}}`));
const bundle = (text: string) => decodeJson<Bundle>(Bundle, bytes(text)).object;

function message(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof StatusError && error.reason === "BadRequest") return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

describe("normal form", () => {
  test("zero values of optional fields are as if they were absent", () => {
    const { object } = spec(
      '{"minReplicas":0,"paused":false,"policy":"","tags":[],"limits":{},"strategy":{},"parts":[]}',
    );
    expect(object.spec).toEqual({ parts: [] });
    expect(Object.keys(object.spec)).toEqual(["parts"]);
  });
  test("zero values of pointers and empty pointer structs are kept", () => {
    const { object } = spec('{"replicas":0,"security":{},"parts":[]}');
    expect(object.spec).toEqual({ replicas: 0, security: {}, parts: [] });
  });
  test("missing required structs, lists and texts are filled in", () => {
    const { object } = decodeJson<Widget>(Widget, bytes("{}"));
    expect(object).toEqual({ kind: "", apiVersion: "", metadata: { name: "" }, spec: { parts: [] } });
  });
  test("null is absence", () => {
    const { object, strictErrors } = decodeJson<Widget>(
      Widget,
      bytes('{"metadata":{"name":"x","creationTimestamp":null},"spec":null}'),
    );
    expect(object).toEqual({ kind: "", apiVersion: "", metadata: { name: "x" }, spec: { parts: [] } });
    expect(strictErrors).toEqual([]);
  });
  test("null within lists and maps is the zero value", () => {
    expect(bundle('{"window":"1s","names":[null,"a"],"numbers":[null]}')).toEqual({
      window: "1s",
      names: ["", "a"],
      numbers: [0],
    });
    expect(spec('{"parts":[null],"selector":{"a":null}}').object.spec).toEqual({
      parts: [{ name: "" }],
      selector: { a: "" },
    });
  });
  test("quantities, times and durations become canonical", () => {
    const text = '{"window":"90s","size":"1024Mi","names":[]}';
    expect(bundle(text)).toEqual({ window: "1m30s", size: "1Gi", names: [] });
    const metadata = '{"metadata":{"name":"x","creationTimestamp":"2026-01-02T04:04:05.9+01:00"}}';
    expect(decodeJson<Widget>(Widget, bytes(metadata)).object.metadata.creationTimestamp).toBe("2026-01-02T03:04:05Z");
  });
  test("quantities may be numbers", () => {
    expect(bundle('{"window":"1s","size":1.5,"names":[]}').size).toBe("1500m");
    expect(bundle('{"window":"1s","size":1000,"names":[]}').size).toBe("1k");
    expect(bundle('{"window":"1s","size":2.0,"names":[]}').size).toBe("2");
  });
  test("integers beyond 2^53 stay exact", () => {
    expect(bundle('{"window":"1s","names":[],"count":9007199254740993}').count).toBe(9007199254740993n);
    expect(bundle('{"window":"1s","names":[],"anything":{"n":12345678901234567890}}').anything).toEqual({
      n: 12345678901234567890n,
    });
    expect(decodeStored<Bundle>(Bundle, bytes('{"window":"1s","names":[],"count":-9223372036854775808}')).count).toBe(
      -(2n ** 63n),
    );
  });
  test("maps inherit nothing, and dangerous keys are keys like any other", () => {
    const { object } = spec('{"parts":[],"selector":{"__proto__":"x","constructor":"y"}}');
    const selector = object.spec.selector ?? {};
    expect(isBareMap(selector)).toBe(true);
    expect(Object.entries(selector)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect((spec('{"parts":[],"selector":{"a":"b"}}').object.spec.selector ?? {})["constructor"]).toBeUndefined();
  });
  test("a field named __proto__ does nothing but being unknown", () => {
    const { object, strictErrors } = spec('{"parts":[],"__proto__":{"polluted":true}}');
    expect(strictErrors).toEqual(['unknown field "spec.__proto__"']);
    expect((object.spec as { polluted?: unknown }).polluted).toBeUndefined();
  });
  test("what needs no change is shared", () => {
    const value = widget({ replicas: 1 });
    expect(decodeValue<Widget>(Widget, value).object).toBe(value);
    const changed = decodeValue<Widget>(Widget, { ...value, status: {} }).object;
    expect(changed.spec).toBe(value["spec"]);
  });
  test("reading twice changes nothing", () => {
    const once = spec(
      '{"parts":[{"name":"a","ports":[{"port":1,"target":"x"}],"resources":{}}],"limits":{"cpu":"0.5"}}',
    ).object;
    expect(decodeValue<Widget>(Widget, once).object).toBe(once);
  });
});

describe("strict errors", () => {
  test("unknown fields are named by path and left out", () => {
    const { object, strictErrors } = spec('{"foo":1,"parts":[{"name":"a","bar":{"deep":[1]}}],"Replicas":3}');
    expect(strictErrors).toEqual([
      'unknown field "spec.foo"',
      'unknown field "spec.parts[0].bar"',
      'unknown field "spec.Replicas"',
    ]);
    expect(object.spec).toEqual({ parts: [{ name: "a" }] });
  });
  test("duplicate fields are named, and the last one counts", () => {
    const { object, strictErrors } = spec('{"replicas":1,"replicas":2,"parts":[],"selector":{"a":"1","a":"2"}}');
    expect(strictErrors).toEqual(['duplicate field "spec.replicas"', 'duplicate field "spec.selector.a"']);
    expect(object.spec).toEqual({ replicas: 2, parts: [], selector: { a: "2" } });
  });
  test("duplicate and unknown fields are named in the order of the text", () => {
    const { strictErrors } = spec(
      '{"foo":1,"replicas":1,"replicas":2,"bar":1,"parts":[],"selector":{"a":"1","a":"2"}}',
    );
    expect(strictErrors).toEqual([
      'unknown field "spec.foo"',
      'duplicate field "spec.replicas"',
      'unknown field "spec.bar"',
      'duplicate field "spec.selector.a"',
    ]);
  });
  test("colons and braces in texts confuse nobody", () => {
    const { strictErrors } = spec('{"hostname":"{\\"a\\":\\"b\\"}:\\\\","parts":[]}');
    expect(strictErrors).toEqual([]);
  });
  test("keys of embedded JSON are counted too", () => {
    expect(
      decodeJson(Bundle, bytes('{"window":"1s","names":[],"extension":{"a":{"b":[{"c":1}]}}}')).strictErrors,
    ).toEqual([]);
    expect(decodeJson(Bundle, bytes('{"window":"1s","names":[],"extension":{"a":1,"a":2}}')).strictErrors).toEqual([
      'duplicate field "extension.a"',
    ]);
  });
  test("no more than a hundred", () => {
    const many = Array.from({ length: 200 }, (_, i) => `"x${i}":1`).join(",");
    expect(spec(`{${many}}`).strictErrors).toHaveLength(100);
  });
});

describe("refusals", () => {
  const cannot = 'Widget in version "v1" cannot be handled as a Widget: ';
  test.each([
    ['{"replicas":"3"}', "json: cannot unmarshal string into Go struct field WidgetSpec.spec.replicas of type int32"],
    [
      '{"replicas":1.5}',
      "json: cannot unmarshal number 1.5 into Go struct field WidgetSpec.spec.replicas of type int32",
    ],
    [
      '{"replicas":1.0}',
      "json: cannot unmarshal number 1.0 into Go struct field WidgetSpec.spec.replicas of type int32",
    ],
    [
      '{"replicas":3000000000}',
      "json: cannot unmarshal number 3000000000 into Go struct field WidgetSpec.spec.replicas of type int32",
    ],
    ['{"paused":"yes"}', "json: cannot unmarshal string into Go struct field WidgetSpec.spec.paused of type bool"],
    ['{"hostname":7}', "json: cannot unmarshal number into Go struct field WidgetSpec.spec.hostname of type string"],
    ['{"parts":{}}', "json: cannot unmarshal object into Go struct field WidgetSpec.spec.parts of type []v1.Part"],
    ['{"parts":["x"]}', "json: cannot unmarshal string into Go struct field WidgetSpec.spec.parts of type v1.Part"],
    [
      '{"parts":[{"name":"a","ports":[{"port":"80"}]}]}',
      "json: cannot unmarshal string into Go struct field Port.spec.parts.ports.port of type int32",
    ],
    [
      '{"selector":{"a":1}}',
      "json: cannot unmarshal number into Go struct field WidgetSpec.spec.selector of type string",
    ],
    [
      '{"strategy":[]}',
      "json: cannot unmarshal array into Go struct field WidgetSpec.spec.strategy of type v1.Strategy",
    ],
    [
      '{"limits":{"cpu":"lots"}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    [
      '{"limits":{"cpu":"1Zi"}}',
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    ['{"limits":{"cpu":"1ii"}}', "unable to parse quantity's suffix"],
  ])("%s", (text, expected) => {
    expect(message(() => spec(text))).toBe(cannot + expected);
  });
  test("times", () => {
    const read = (when: string) =>
      message(() =>
        decodeJson(
          Widget,
          bytes(`{"kind":"Widget","apiVersion":"test.example.com/v1","metadata":{"creationTimestamp":${when}}}`),
        ),
      );
    expect(read('"yesterday"')).toBe(
      `${cannot}parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"`,
    );
    expect(read('"2026-02-30T00:00:00Z"')).toBe(`${cannot}parsing time "2026-02-30T00:00:00Z": day out of range`);
    expect(read("5")).toBe(`${cannot}json: cannot unmarshal number into Go value of type string`);
  });
  test("base64", () => {
    expect(message(() => bundle('{"blob":"a*cd"}'))).toContain("illegal base64 data at input byte 1");
  });
  test("the whole value", () => {
    expect(message(() => decodeJson(Widget, bytes("[]")))).toBe(
      `${cannot}json: cannot unmarshal array into Go value of type v1.Widget`,
    );
    expect(message(() => decodeValue(Widget, "x"))).toBe(
      `${cannot}json: cannot unmarshal string into Go value of type v1.Widget`,
    );
  });
  test.each([
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string", '{"a":1,}'],
    ["{not json", "invalid character 'n' looking for beginning of object key string", "{not json"],
    ['{"a" 1}', "invalid character '1' after object key", '{"a" 1}'],
    ['{"a":tru}', "invalid character '}' in literal true (expecting 'e')", '{"a":tru}'],
    ['{"a":1', "unexpected end of JSON input", '{"a":1'],
    ["hello", "invalid character 'h' looking for beginning of value", "68656c6c6f"],
    ["", "unexpected end of JSON input", "<empty>"],
    ['{"a":"x\ny"}', "invalid character '\\n' in string literal", '{"a":"x\ny"}'],
    ['{"a":01}', "invalid character '1' after object key:value pair", '{"a":01}'],
  ])("syntax: %s", (text, why, shown) => {
    const start =
      "the object provided is unrecognized (must be of type Widget): couldn't get version/kind; json parse error: ";
    expect(message(() => decodeJson(Widget, bytes(text)))).toBe(`${start}${why} (${shown})`);
  });
  test("what nests too deep", () => {
    const deep = `{"spec":${'{"inner":'.repeat(5000)}1${"}".repeat(5001)}`;
    expect(message(() => decodeJson(Widget, bytes(deep)))).toContain("exceeded max depth");
  });
});

test("JSON without a schema is exact too", () => {
  expect(parseJson(bytes('{"a":9007199254740993,"b":1.0,"a":2}'))).toMatchObject({
    value: { a: 2, b: 1 },
    duplicates: ["a"],
  });
  expect(parseJson(bytes('[{"x":{"y":1,"y":2}}]')).duplicates).toEqual(["[0].x.y"]);
  expect(parseJson(bytes('{"a":[1,{"b":null}]}'))).toMatchObject({ value: { a: [1, { b: null }] }, duplicates: [] });
  expect(() => parseJson(bytes("{"))).toThrow("unexpected end of JSON input");
});
