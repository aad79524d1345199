// Encoding to JSON: order of keys, zero values, escapes. Cases are values in memory and the exact text.
import { describe, expect, test } from "vitest";
import { Bundle, Widget, WidgetSpec, WidgetStatus, widget } from "../testing/widget.ts";
import { decodeJson } from "./decode.ts";
import { encodeJson } from "./encode-json.ts";
import { mapOf } from "./record.ts";

describe("zero values", () => {
  test("what is always written is written when absent, the rest is not", () => {
    const text = encodeJson(Widget, {
      spec: { parts: [{ name: "a", ports: [{ port: 1 }] }] },
      kind: "Widget",
      apiVersion: "v1",
      metadata: { name: "" },
    });
    expect(text).toBe(
      '{"kind":"Widget","apiVersion":"v1","metadata":{},"spec":{"parts":[{"name":"a","ports":[{"port":1,"target":0}],"resources":{}}],"strategy":{}},"status":{"replicas":0,"changed":null}}',
    );
  });
  test("optional zero values are dropped on the way out too", () => {
    const value = {
      parts: [{ name: "" }],
      paused: false,
      minReplicas: 0,
      hostname: "",
      tags: [],
      limits: {},
      replicas: 0,
      security: {},
    };
    expect(encodeJson(WidgetSpec, value)).toBe(
      '{"replicas":0,"parts":[{"name":"","resources":{}}],"strategy":{},"security":{}}',
    );
  });
  test("an empty required list is null, as storage upstream gives it back", () => {
    expect(encodeJson(WidgetSpec, { parts: [] })).toBe('{"parts":null,"strategy":{}}');
  });
  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY])("%s is not written where whole numbers are read", (number) => {
    expect(() => encodeJson(WidgetSpec, { replicas: number, parts: [] })).toThrow(
      `${number} is in a field for whole numbers, and was not written`,
    );
    const ports = [{ port: 1, target: number }];
    expect(() => encodeJson(WidgetSpec, { parts: [{ name: "a", ports }] })).toThrow("is in a field for whole numbers");
  });
  test("an empty required time is null", () => {
    expect(encodeJson(WidgetStatus, { replicas: 1, changed: "" })).toBe('{"replicas":1,"changed":null}');
  });
  test("undefined members are absent", () => {
    expect(encodeJson(WidgetStatus, { replicas: 1, phase: undefined })).toBe('{"replicas":1,"changed":null}');
  });
});

describe("text", () => {
  test("is escaped as Go does", () => {
    const spec = { parts: [], hostname: 'a"<b>&\u2028\n\u0001\\é😀' };
    expect(encodeJson(WidgetSpec, spec)).toBe(
      '{"parts":null,"strategy":{},"hostname":"a\\"\\u003cb\\u003e\\u0026\\u2028\\n\\u0001\\\\é😀"}',
    );
  });
  test("maps are sorted, embedded JSON keeps its order", () => {
    const value = { window: "1s", names: ["x"], data: mapOf({ b: "Yg==", a: "YQ==" }), extension: { z: 1, a: "<" } };
    expect(encodeJson(Bundle, value)).toBe(
      '{"data":{"a":"YQ==","b":"Yg=="},"window":"1s","extension":{"z":1,"a":"\\u003c"},"names":["x"]}',
    );
  });
  test("bigints are numbers", () => {
    const value = { window: "1s", names: ["x"], count: 2n ** 60n, anything: { big: 2n ** 60n, list: [1, undefined] } };
    expect(encodeJson(Bundle, value)).toContain('"count":1152921504606846976');
    expect(encodeJson(Bundle, value)).toContain('"anything":{"big":1152921504606846976,"list":[1,null]}');
  });
});

test("what was written reads as the same", () => {
  const value = decodeJson(
    Widget,
    new TextEncoder().encode(JSON.stringify(widget({ replicas: 0, selector: { a: "b" }, limits: { cpu: "1500m" } }))),
  ).object;
  const again = decodeJson(Widget, new TextEncoder().encode(encodeJson(Widget, value)));
  expect(again).toEqual({ object: value, strictErrors: [] });
});
