// Reading what we stored ourselves: the same as reading it with all checks, only later where that saves work.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StatusError } from "../status.ts";
import { Bundle, Widget, widget } from "../testing/widget.ts";
import { decodeJson, decodeStored, decodeValue } from "./decode.ts";
import { encodeJson } from "./encode-json.ts";
import { encodeProtobuf } from "./protobuf/encode.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const fieldsV1 = {
  "f:spec": {
    "f:parts": { 'k:{"name":"a\\"]}"}': { ".": {}, "f:image": {} } },
    "f:replicas": {},
    "f:other": { "f:x": {} },
  },
};
const entry = {
  manager: "m",
  operation: "Update",
  apiVersion: "v1",
  time: "2026-01-01T00:00:00Z",
  fieldsType: "FieldsV1",
  fieldsV1,
};

function stored(metadata: object, spec: object = {}): Uint8Array {
  return bytes(encodeJson(Widget, decodeValue(Widget, { ...widget(spec), metadata }).object));
}

describe("managedFields", () => {
  const text = stored({
    name: "w",
    labels: { managedFields: "x" },
    annotations: { a: ',"managedFields":[1]' },
    managedFields: [entry, entry],
  });
  test("are read when they are asked for, and stay the same", () => {
    const object = decodeStored<Widget>(Widget, text);
    const property = Object.getOwnPropertyDescriptor(object.metadata, "managedFields");
    expect(property?.get).toBeTypeOf("function");
    expect(object.metadata.managedFields).toEqual([entry, entry]);
    expect(object.metadata.managedFields).toBe(object.metadata.managedFields);
  });
  test("what is written from them is what was read, whether somebody has looked at them or not", () => {
    const odd = {
      ...entry,
      manager: '","fieldsV1":{"f:x":{}}',
      fieldsV1: { 'f:"fieldsV1":{': { ".": {} }, "f:<ü>": {} },
    };
    const none = { manager: "n", operation: "Apply", subresource: "status" };
    const given = stored({ name: "w", managedFields: [odd, none, entry] });
    const looked = decodeStored<Widget>(Widget, given);
    expect(looked.metadata.managedFields).toEqual([odd, none, entry]);
    for (const object of [decodeStored<Widget>(Widget, given), looked]) {
      expect(encodeJson(Widget, object)).toBe(new TextDecoder().decode(given));
      expect(encodeProtobuf(Widget, object)).toEqual(encodeProtobuf(Widget, decodeJson(Widget, given).object));
    }
    const copied = { ...looked.metadata.managedFields?.[2], fieldsV1: { "f:y": {} } };
    const changed = { ...looked, metadata: { ...looked.metadata, managedFields: [copied] } };
    expect(encodeJson(Widget, changed)).toContain('"fieldsV1":{"f:y":{}}');
  });
  test("copies, texts and comparisons have them", () => {
    const object = decodeStored<Widget>(Widget, text);
    expect({ ...Object.freeze(object.metadata) }.managedFields).toHaveLength(2);
    expect(encodeJson(Widget, object)).toBe(new TextDecoder().decode(text));
    expect(structuredClone(object).metadata.managedFields).toEqual([entry, entry]);
    expect(object).toEqual(decodeJson(Widget, text).object);
  });
  test.each([
    ["alone in the metadata", `{"metadata":{"managedFields":${JSON.stringify([entry])}},"spec":{"parts":[]}}`],
    [
      "first in the metadata",
      `{"metadata":{"managedFields":${JSON.stringify([entry])},"name":"w"},"spec":{"parts":[]}}`,
    ],
    ["not in the metadata", `{"metadata":{"name":"w"},"spec":{"parts":[],"managedFields":${JSON.stringify([entry])}}}`],
    [
      "after something else",
      `{"spec":{"parts":[],"managedFields":${JSON.stringify([entry])}},"metadata":{"name":"w"}}`,
    ],
    ["short", '{"metadata":{"name":"w","managedFields":[]},"spec":{"parts":[]}}'],
  ])("%s", (_, source) => {
    expect(decodeStored(Widget, bytes(source))).toEqual(decodeJson(Widget, bytes(source)).object);
  });
});

test("whatever is stored reads as with all checks", () => {
  const word = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 20 }),
    fc.constantFrom('"', "\\", '"managedFields":[', "]}", "{"),
  );
  const fields = fc.dictionary(
    word.map((name) => `f:${name}`),
    fc.constant({}),
    { maxKeys: 5 },
  );
  const metadata = fc.record({
    name: word,
    annotations: fc.dictionary(word, word),
    managedFields: fc.array(fc.record({ manager: word, fieldsV1: fields }), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(metadata, fc.dictionary(word, word), (meta, selector) => {
      const text = stored(meta, { selector });
      expect(decodeStored(Widget, text)).toEqual(decodeJson(Widget, text).object);
    }),
    { numRuns: 200 },
  );
});

test("large integers stay exact", () => {
  expect(decodeStored<Bundle>(Bundle, bytes('{"window":"1s","names":[],"count":9007199254740993}')).count).toBe(
    9007199254740993n,
  );
});

test("bytes that nobody can have stored are refused as usual", () => {
  expect(() => decodeStored(Widget, bytes("{"))).toThrow(StatusError);
  expect(() => decodeStored(Widget, bytes('{"spec":1}'))).toThrow(
    "cannot unmarshal number into Go struct field Widget.spec",
  );
});
