// Shows how answers' forms are chosen and written: Accept headers, indentation, chunks, continue tokens.
import { expect, test } from "vitest";
import { formatContinue, parseContinue } from "../registry/continue.ts";
import { Negotiator, type Offer } from "./accept.ts";
import { ChunkBuilder, LentBuffers } from "./chunks.ts";
import { indentJson } from "./indent.ts";

const OBJECT: Offer = { as: ["Table", "PartialObjectMetadata"], stream: false };
const PROTOBUF = "application/vnd.kubernetes.protobuf";
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

test.each([
  [undefined, OBJECT, "json"],
  ["*/*", OBJECT, "json"],
  ["application/*", OBJECT, "json"],
  ["application/yaml", OBJECT, "yaml"],
  [`${PROTOBUF},application/json`, OBJECT, "protobuf"],
  [`${PROTOBUF};q=0.5,application/json`, OBJECT, "json"],
  [`application/json;q=0,${PROTOBUF}`, OBJECT, "protobuf"],
  [`${TABLE},application/json`, OBJECT, "json Table v1"],
  [`${TABLE},application/json`, { as: [], stream: false }, "json"],
  [`${PROTOBUF};as=Table;v=v1;g=meta.k8s.io,${TABLE}`, OBJECT, "json Table v1"],
  ["application/json;as=Table;v=v9;g=meta.k8s.io,application/json", OBJECT, "json"],
  ["application/yaml,application/json", { as: [], stream: true }, "json"],
  ["text/html, application/xhtml+xml, */*;q=0.8", OBJECT, "json"],
])("Accept %s", (accept, offer, expected) => {
  const { encoding, as, asVersion } = new Negotiator().choose(accept, offer);
  expect([encoding, as, asVersion].filter((part) => part !== "").join(" ")).toBe(expected);
});

test.each(["text/html", "application/cbor", TABLE])("nothing acceptable in %s", (accept) => {
  expect(() => new Negotiator().choose(accept, { as: [], stream: false })).toThrow(
    "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  );
});

test("indented JSON says the same, with numbers as they were", () => {
  const value = { a: [], b: {}, c: [1, { d: 'x"{,}:\\' }], e: "", f: null };
  expect(indentJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
  expect(indentJson('{"n":9007199254740993}')).toBe('{\n  "n": 9007199254740993\n}');
});

test("chunks are gathered until they are worth sending", () => {
  const builder = new ChunkBuilder();
  builder.add(new Uint8Array(65_000));
  expect(builder.full).toBe(false);
  builder.addText("x".repeat(600));
  expect(builder.full).toBe(true);
  expect(builder.take().length).toBe(65_600);
  expect(builder.empty).toBe(true);
});

test("memory of chunks that were sent is used again; what was not lent, or is too large, is not", () => {
  const buffers = new LentBuffers();
  const first = buffers.take(1000);
  const other = buffers.take(1000);
  expect(other.buffer).not.toBe(first.buffer);
  buffers.giveBack(first);
  const own = new Uint8Array(first.buffer.byteLength);
  const large = buffers.take(first.buffer.byteLength + 1);
  for (const chunk of [own, large]) buffers.giveBack(chunk);
  const again = [buffers.take(500), buffers.take(500)];
  expect(again.map(({ length }) => length)).toEqual([500, 500]);
  expect(again.map(({ buffer }) => [own, large, other].some((chunk) => chunk.buffer === buffer))).toEqual([
    false,
    false,
  ]);
  expect(again[0]?.buffer).toBe(first.buffer);
});

test("continue tokens are upstream's, and what is none is refused", () => {
  const token = formatContinue(42, "default/käse\0");
  expect(parseContinue(token)).toEqual({ revision: 42, start: "default/käse\0" });
  expect(token).not.toMatch(/[+/=]/);
  expect(parseContinue("eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6Nywic3RhcnQiOiJhXHUwMDAwIn0")).toEqual({
    revision: 7,
    start: "a\0",
  });
  for (const wrong of [
    "",
    "%",
    btoa("[]"),
    btoa('{"v":"v2","rv":1,"start":"a"}'),
    btoa('{"v":"meta.k8s.io/v1","rv":0,"start":"a"}'),
  ]) {
    expect(() => parseContinue(wrong)).toThrow("continue key is not valid");
  }
});
