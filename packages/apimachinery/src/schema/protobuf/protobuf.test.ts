// The protobuf codec: exact bytes of small values (as upstream's generated code writes them), round trips of random ones, bad bytes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bundle, Part, Port, Widget, WidgetStatus, widget } from "../../testing/widget.ts";
import { decodeValue } from "../decode.ts";
import { mapOf } from "../record.ts";
import { base64Decode, base64Encode } from "./base64.ts";
import { decodeProtobuf } from "./decode.ts";
import { encodeProtobuf } from "./encode.ts";
import { encodeWatchEvent, protobufHeader, unwrapUnknown, wrapUnknown } from "./envelope.ts";

const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
const unhex = (text: string) => Uint8Array.from(text.split(" ").map((byte) => Number.parseInt(byte, 16)));

describe("bytes", () => {
  test("scalars that are no pointers are always written, in the order of their tags", () => {
    // 1: name "", 2: port 80, 3: protocol "", 4: target { 1: type 0, 2: 0, 3: "" }
    expect(hex(encodeProtobuf(Port, { port: 80 }))).toBe("0a 00 10 50 1a 00 22 06 08 00 10 00 1a 00");
    expect(hex(encodeProtobuf(Port, { port: 80, target: "http" }))).toBe(
      "0a 00 10 50 1a 00 22 0a 08 01 10 00 1a 04 68 74 74 70",
    );
  });
  test("negative numbers take ten bytes", () => {
    expect(hex(encodeProtobuf(Port, { port: -1 }))).toBe(
      "0a 00 10 ff ff ff ff ff ff ff ff ff 01 1a 00 22 06 08 00 10 00 1a 00",
    );
  });
  test("pointers, lists and maps only when they are set; inlined fields in a message of their own", () => {
    // 1: name "a", 2: image "", 5: resources {}, 6: the inlined message with 2: path ""
    expect(hex(encodeProtobuf(Part, { name: "a" }))).toBe("0a 01 61 12 00 2a 00 32 00");
    expect(hex(encodeProtobuf(Part, { name: "a", path: "", empty: {}, args: ["x", ""] }))).toBe(
      "0a 01 61 12 00 22 01 78 22 00 2a 00 32 04 0a 00 12 00",
    );
  });
  test("times are seconds and nanoseconds; a time that is not set is an empty message", () => {
    expect(hex(encodeProtobuf(WidgetStatus, { replicas: 1 }))).toBe("08 01 12 00 1a 00");
    expect(
      hex(
        encodeProtobuf(WidgetStatus, {
          replicas: 1,
          changed: "1970-01-01T00:00:05Z",
          probed: "1970-01-01T00:00:05.000001Z",
        }),
      ),
    ).toBe("08 01 12 00 1a 04 08 05 10 00 22 05 08 05 10 e8 07");
  });
  test("maps are sorted by key; wrapped lists, JSON, quantities and doubles", () => {
    const value = {
      window: "1s",
      names: [],
      data: mapOf({ b: "Yg==", a: "YQ==" }),
      verbs: ["get"],
      extension: { x: 1 },
      ratio: 0.5,
      size: "1Gi",
    };
    expect(hex(encodeProtobuf(Bundle, value))).toBe(
      "0a 06 0a 01 61 12 01 61 0a 06 0a 01 62 12 01 62 18 00 21 00 00 00 00 00 00 e0 3f 2a 06 08 80 94 eb dc 03 3a 09 0a 07 7b 22 78 22 3a 31 7d 4a 05 0a 03 67 65 74 5a 05 0a 03 31 47 69",
    );
  });
});

describe("reading", () => {
  test("gives the normal form: zero values are absent, what is required is there", () => {
    expect(decodeProtobuf(Port, unhex("0a 00 10 50 1a 00 22 06 08 00 10 00 1a 00"))).toEqual({ port: 80 });
    expect(decodeProtobuf(Widget, new Uint8Array())).toEqual({
      kind: "",
      apiVersion: "",
      metadata: { name: "" },
      spec: { parts: [] },
    });
  });
  test("skips fields it does not know, and reads packed numbers", () => {
    const bytes = unhex("10 50 78 01 82 01 02 61 62 89 01 00 00 00 00 00 00 00 00 95 01 00 00 00 00");
    expect(decodeProtobuf(Port, bytes)).toEqual({ port: 80 });
    expect(decodeProtobuf(Bundle, unhex("52 03 01 ac 02"))).toMatchObject({ numbers: [1, 300] });
  });
  test("integers beyond 2^53 stay exact", () => {
    for (const count of [2n ** 62n, -(2n ** 63n), 2 ** 53 - 1, -1, -(2 ** 31)]) {
      expect(decodeProtobuf(Bundle, encodeProtobuf(Bundle, { window: "1s", names: [], count }))).toMatchObject({
        count,
      });
    }
  });
  test.each([
    ["a length beyond the end", "0a 05 61", "unexpected EOF"],
    ["a number that does not end", "10 ff", "unexpected EOF"],
    ["a number too long", "10 ff ff ff ff ff ff ff ff ff ff ff 01", "proto: integer overflow"],
    ["a wrong wire type", "08 01", "proto: wrong wireType = 0 for field name"],
    ["a wire type that there is not", "7b", "proto: illegal wireType 3"],
  ])("refuses %s", (_, bytes, message) => {
    expect(() => decodeProtobuf(Port, unhex(bytes))).toThrow(message);
  });
});

describe("there and back", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 80 });
  const port = fc.record({
    port: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    name: text,
    target: fc.oneof(text, fc.integer({ min: 0, max: 99999 })),
  });
  const part = fc.record({
    name: text,
    args: fc.array(text),
    ports: fc.array(port, { maxLength: 3 }),
    path: fc.option(text, { nil: undefined }),
  });
  const spec = fc.record(
    {
      parts: fc.array(part, { maxLength: 3 }),
      replicas: fc.nat(),
      paused: fc.boolean(),
      selector: fc.dictionary(text, text),
      security: fc.constant({}),
    },
    { requiredKeys: ["parts"] },
  );
  test("random values", () => {
    fc.assert(
      fc.property(spec, (value) => {
        const { object } = decodeValue<Widget>(Widget, widget(value));
        const back = {
          ...decodeProtobuf(Widget, encodeProtobuf(Widget, object)),
          kind: object.kind,
          apiVersion: object.apiVersion,
        };
        expect(back).toEqual(object);
      }),
      { numRuns: 200 },
    );
  });
  test("every rare type", () => {
    const value = {
      window: "1h2m3s",
      names: ["x"],
      blob: "AAEC/w==",
      fields: { "f:a": {} },
      anything: [1, { b: null }],
      inner: { window: "0s", names: [], size: "0" },
      ratio: -0.25,
      size: "100m",
    };
    expect(decodeProtobuf(Bundle, encodeProtobuf(Bundle, value))).toEqual(value);
  });
  test("base64", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(base64Decode(base64Encode(bytes))).toEqual(bytes);
      }),
    );
    expect(base64Encode(Uint8Array.of(0, 1, 2, 255))).toBe("AAEC/w==");
  });
});

describe("envelopes", () => {
  test("carry the type beside the message", () => {
    const bytes = wrapUnknown({ apiVersion: "v1", kind: "Pod", raw: Uint8Array.of(1, 2) });
    expect(hex(bytes)).toBe("6b 38 73 00 0a 09 0a 02 76 31 12 03 50 6f 64 12 02 01 02 1a 00 22 00");
    expect(unwrapUnknown(bytes)).toEqual({ apiVersion: "v1", kind: "Pod", raw: Uint8Array.of(1, 2) });
  });
  test("bytes without the magic are refused", () => {
    expect(() => unwrapUnknown(Uint8Array.of(1, 2, 3, 4, 5))).toThrow("expected prefix [107 56 115 0]");
  });
  test("watch events and headers", () => {
    expect(hex(encodeWatchEvent("ADDED", Uint8Array.of(9, 9)))).toBe("0a 05 41 44 44 45 44 12 04 0a 02 09 09");
    expect(hex(protobufHeader(2, 300))).toBe("12 ac 02");
  });
});
