// Shows protobuf both ways over the wire: bodies, objects, lists, watch frames and refusals.
import {
  encodeProtobuf,
  decodeProtobuf,
  ListMeta,
  unwrapUnknown,
  wrapUnknown,
  type ApiRequest,
} from "@skates/apimachinery";
import { afterEach, beforeEach, expect, test } from "vitest";
import { builtin, startTestServer, type TestServer } from "./test-server.ts";

let api: TestServer;
beforeEach(async () => {
  api = await startTestServer();
});
afterEach(() => api.stop());

const TYPE = "application/vnd.kubernetes.protobuf";
const MAPS = "/api/v1/namespaces/default/configmaps";
const { schema } = builtin("configmaps");

async function raw(
  method: string,
  path: string,
  body?: Uint8Array,
  query = "",
): Promise<{ status: number; bytes: Uint8Array; type: string }> {
  const request: ApiRequest = {
    method,
    path,
    query: new URLSearchParams(query),
    headers: { accept: TYPE, "content-type": TYPE },
    body: body === undefined ? { kind: "none" } : { kind: "bytes", mediaType: TYPE, read: () => Promise.resolve(body) },
    peer: { tls: { remoteAddress: "" } },
    signal: new AbortController().signal,
  };
  const response = await api.server.handler(request);
  if (response.body.kind !== "bytes") throw new Error(response.body.kind);
  const parts: Uint8Array[] = [];
  for await (const chunk of response.body.chunks) {
    parts.push(chunk);
    if (query.includes("watch")) break;
  }
  return { status: response.status, bytes: new Uint8Array(Buffer.concat(parts)), type: response.body.mediaType };
}

const message = (name: string): Uint8Array =>
  wrapUnknown({
    apiVersion: "v1",
    kind: "ConfigMap",
    raw: encodeProtobuf(schema, { metadata: { name }, data: { a: "1" } }),
  });

test("an object is written and read back", async () => {
  const created = await raw("POST", MAPS, message("one"));
  expect([created.status, created.type]).toEqual([201, TYPE]);
  const { kind, apiVersion, raw: bytes } = unwrapUnknown(created.bytes);
  expect([kind, apiVersion]).toEqual(["ConfigMap", "v1"]);
  expect(decodeProtobuf(schema, bytes)).toMatchObject({
    metadata: { name: "one", namespace: "default" },
    data: { a: "1" },
  });
  const { json } = await api.call("GET", `${MAPS}/one`);
  expect(json.data).toEqual({ a: "1" });
});

test("a list is one envelope around the items' messages", async () => {
  await raw("POST", MAPS, message("one"));
  await raw("POST", MAPS, message("two"));
  const list = unwrapUnknown((await raw("GET", MAPS)).bytes);
  expect(list.kind).toBe("ConfigMapList");
  const items: unknown[] = [];
  let meta: unknown;
  for (let at = 0; at < list.raw.length; ) {
    const tag = list.raw[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = list.raw[at++] ?? 0;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const part = list.raw.subarray(at, at + length);
    at += length;
    if (tag === 0x0a) meta = decodeProtobuf(ListMeta, part);
    else items.push(decodeProtobuf(schema, part));
  }
  expect(meta).toMatchObject({ resourceVersion: expect.any(String) });
  expect(items).toMatchObject([{ metadata: { name: "one" } }, { metadata: { name: "two" } }]);
});

test("a watch frame is a length and a WatchEvent", async () => {
  await raw("POST", MAPS, message("one"));
  const { bytes, type } = await raw("GET", MAPS, undefined, "watch=true");
  expect(type).toBe(`${TYPE};stream=watch`);
  expect(new DataView(bytes.buffer).getUint32(0)).toBe(bytes.length - 4);
  expect(new TextDecoder().decode(bytes.subarray(6, 11))).toBe("ADDED");
});

test("a refusal is a Status message", async () => {
  const { status, bytes } = await raw("GET", `${MAPS}/none`);
  expect([status, unwrapUnknown(bytes).kind]).toEqual([404, "Status"]);
});

test("what is no protobuf is a bad request", async () => {
  const { status } = await raw("POST", MAPS, new TextEncoder().encode("{}"));
  expect(status).toBe(400);
});
