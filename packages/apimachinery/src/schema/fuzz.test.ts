// Whatever comes in, readers and patches answer with a value or with a refusal, and what was read reads as itself again.
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonPatch, parseJsonPatch } from "../patch/json-patch.ts";
import { serverSideApply } from "../patch/managed-fields/apply.ts";
import { mergePatch } from "../patch/merge-patch.ts";
import { strategicMergePatch } from "../patch/strategic-merge-patch.ts";
import { StatusError } from "../status.ts";
import { Bundle, Widget, widget } from "../testing/widget.ts";
import { decodeJson, decodeValue } from "./decode.ts";
import { DecodeError } from "./decode-error.ts";
import { applyDefaults } from "./defaults.ts";
import { encodeJson } from "./encode-json.ts";
import { decodeProtobuf } from "./protobuf/decode.ts";
import { encodeProtobuf } from "./protobuf/encode.ts";
import { unwrapUnknown } from "./protobuf/envelope.ts";
import type { Struct } from "./struct.ts";
import { validateValue } from "./validate.ts";

const names = [
  "spec",
  "metadata",
  "status",
  "parts",
  "name",
  "image",
  "ports",
  "port",
  "protocol",
  "target",
  "replicas",
  "paused",
];
const more = [
  "tags",
  "limits",
  "selector",
  "strategy",
  "type",
  "rolling",
  "window",
  "names",
  "data",
  "blob",
  "count",
  "ratio",
  "fields",
];
const odd = [
  "extension",
  "anything",
  "verbs",
  "numbers",
  "size",
  "inner",
  "labels",
  "__proto__",
  "constructor",
  "$patch",
  "$retainKeys",
];
const key = fc.constantFrom(
  ...names,
  ...more,
  ...odd,
  "$setElementOrder/parts",
  "$deleteFromPrimitiveList/tags",
  "finalizers",
  "",
);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    "a",
    "b",
    "1",
    "1Gi",
    "TCP",
    "delete",
    "replace",
    "2026-01-01T00:00:00Z",
    "1s",
    "YQ==",
    0,
    1,
    -1,
    1.5,
    1e300,
    true,
    false,
    null,
  ),
  fc.string({ maxLength: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5 }),
  ),
}));
const object = fc.dictionary(key, value, { maxKeys: 6 });

/** The result, or undefined for a refusal; anything else thrown fails the test. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof StatusError || error instanceof DecodeError) return undefined;
    throw error;
  }
}

const bytes = (text: string) => new TextEncoder().encode(text);

test.each<[string, Struct]>([
  ["a kind", Widget],
  ["rare types", Bundle],
])("JSON of %s", (_, struct) => {
  fc.assert(
    fc.property(object, (json) => {
      const read = attempt(() => decodeJson<object>(struct, bytes(JSON.stringify(json))));
      if (read === undefined) return;
      expect(decodeValue(struct, read.object).object).toBe(read.object);
      const text = encodeJson(struct, read.object);
      expect(encodeJson(struct, decodeJson(struct, bytes(text)).object)).toBe(text);
      const complete = applyDefaults(struct, read.object);
      expect(applyDefaults(struct, complete)).toBe(complete);
      validateValue(struct, complete);
      expect(validateValue(struct, complete, complete)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test("text that is almost JSON", () => {
  const text = fc.stringMatching(/^[{}[\]",:0-9a-z\\. -]{0,40}$/);
  fc.assert(
    fc.property(text, (source) => {
      const read = attempt(() => decodeJson(Widget, bytes(source)));
      if (read !== undefined) expect(() => JSON.parse(source) as unknown).not.toThrow();
    }),
    { numRuns: 2000 },
  );
});

test("protobuf of any bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom<Struct>(Widget, Bundle), (raw, struct) => {
      attempt(() => unwrapUnknown(raw));
      const read = attempt(() => decodeProtobuf(struct, raw));
      if (read !== undefined) expect(decodeProtobuf(struct, encodeProtobuf(struct, read))).toEqual(read);
    }),
    { numRuns: 3000 },
  );
});

test("protobuf nested without end", () => {
  let nested = Uint8Array.of(0x2a, 0x00);
  for (let i = 0; i < 12; i++)
    nested = Uint8Array.of(...Array.from({ length: 8 }, () => [0x6a, 0x80, 0x80, 0x04]).flat(), ...nested);
  expect(attempt(() => decodeProtobuf(Bundle, nested))).toBeUndefined();
  const deep = new Uint8Array(60_000).fill(0x6a);
  expect(attempt(() => decodeProtobuf(Bundle, deep))).toBeUndefined();
});

test("patches of any shape", () => {
  const base = decodeValue<object>(Widget, widget({ tags: ["x"], limits: { cpu: "1" }, selector: { a: "b" } })).object;
  const frozen = JSON.stringify(base);
  fc.assert(
    fc.property(object, (patch) => {
      attempt(() => decodeValue(Widget, strategicMergePatch(Widget, base, patch)));
      attempt(() => decodeValue(Widget, mergePatch(base, patch)));
      expect(JSON.stringify(base)).toBe(frozen);
    }),
    { numRuns: 2000 },
  );
});

test("JSON patches of any shape", () => {
  const path = fc
    .array(fc.oneof(key, fc.constantFrom("0", "1", "-", "01", "-1", "~1", "~0")), { maxLength: 4 })
    .map((steps) => steps.map((step) => `/${step}`).join(""));
  const operation = fc.record(
    { op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test", "x"), path, from: path, value },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 4 }), object, (operations, document) => {
      attempt(() => jsonPatch(document, parseJsonPatch(operations)));
    }),
    { numRuns: 1000 },
  );
});

test("applies of any shape, and twice is once", () => {
  const base = { struct: Widget, manager: "m", apiVersion: "test.example.com/v1", force: true, nowMs: 0 };
  fc.assert(
    fc.property(object, object, (first, second) => {
      let live: Widget | undefined;
      for (const spec of [first, second, second]) {
        const done = attempt(() => serverSideApply({ ...base, live, applied: { metadata: { name: "w" }, spec } }));
        const next = done === undefined ? undefined : attempt(() => decodeValue<Widget>(Widget, done.object));
        if (done === undefined || next === undefined) return;
        const owned = { ...next.object, metadata: { ...next.object.metadata, managedFields: done.managedFields } };
        if (spec === second && live !== undefined && first !== second)
          expect(encodeJson(Widget, owned)).toBeTypeOf("string");
        live = owned;
      }
      const again = serverSideApply({ ...base, live, applied: { metadata: { name: "w" }, spec: second } });
      expect(decodeValue<Widget>(Widget, again.object).object.spec).toEqual(live?.spec);
      expect(again.managedFields).toEqual(live?.metadata.managedFields);
    }),
    { numRuns: 1000 },
  );
});
