import {
  type ApiResponse,
  type Body,
  formatGroupVersion,
  isRecord,
  jsonText,
  PartialObjectMetadata,
  Status,
  encodeProtobuf,
  wrapUnknown,
} from "@skates/apimachinery";
import { dump } from "js-yaml";
import type { Form } from "./accept.ts";
import { collectChunks, type LentBuffers } from "./chunks.ts";
import { eventFrames } from "./encode-events.ts";
import { jsonList, protobufListBytes } from "./encode-list.ts";
import { indentJson } from "./indent.ts";
import { JSON_TYPE, PROTOBUF_TYPE, YAML_TYPE } from "./media-type.ts";
import { partialJson, partialObject, TABLE_TAIL, type TableOptions, tableHead, tableRow } from "./table.ts";

/** How an answer is written. */
export interface Writing {
  readonly form: Form;
  readonly pretty: boolean;
  readonly table: TableOptions;
  /** Packs a chunk as a gzip member of its own; absent: the client cannot read it. */
  readonly gzip: ((chunk: Uint8Array) => Uint8Array) | undefined;
  /** For lists. */
  readonly buffers: LentBuffers;
}

const GZIP_BYTES_MIN = 128 << 10;
const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder();
const NEWLINE = UTF8_ENCODER.encode("\n");

type Chunks = AsyncIterable<Uint8Array> | readonly Uint8Array[];

/** A typed answer as bytes; what is bytes already, or a stream, stays as it is. */
export async function encodeResponse(response: ApiResponse, wanted: Writing): Promise<ApiResponse> {
  const { body } = response;
  // Custom resources have no protobuf form of their own: who prefers one gets JSON.
  const jsonOnly = "resource" in body && body.resource.custom === true && wanted.form.as === "";
  const writing: Writing =
    jsonOnly && wanted.form.encoding === "protobuf"
      ? { ...wanted, form: { ...wanted.form, encoding: "json" } }
      : wanted;
  switch (body.kind) {
    case "none":
    case "bytes":
    case "upgrade":
      return response;
    case "json":
      return await encodeDocument(response, body.value, writing);
    case "object":
      return await finish(response, writing, objectBytes(body, writing));
    case "list":
      if (writing.form.encoding === "protobuf") {
        return await finish(response, writing, [await protobufListBytes(body, writing.form)]);
      }
      return await finish(response, writing, jsonList(body, writing));
    case "events":
      return encodeEvents(response, body, writing);
  }
}

function encodeEvents(response: ApiResponse, body: Extract<Body, { kind: "events" }>, writing: Writing): ApiResponse {
  const mediaType = writing.form.encoding === "protobuf" ? `${PROTOBUF_TYPE};stream=watch` : JSON_TYPE;
  return withBytes(response, mediaType, eventFrames(body, writing.form, writing.table));
}

async function encodeDocument(response: ApiResponse, value: unknown, writing: Writing): Promise<ApiResponse> {
  const isStatus = isRecord(value) && value["kind"] === "Status";
  if (writing.form.encoding === "protobuf" && isStatus) {
    const raw = encodeProtobuf(Status, value);
    return withBytes(response, PROTOBUF_TYPE, [wrapUnknown({ apiVersion: "v1", kind: "Status", raw })]);
  }
  const json = [UTF8_ENCODER.encode(`${jsonText(value)}\n`)];
  // Other documents have no protobuf form.
  const form: Form = writing.form.encoding === "protobuf" ? { ...writing.form, encoding: "json" } : writing.form;
  return await finish(response, { ...writing, form }, json);
}

function objectBytes({ resource, object }: Extract<Body, { kind: "object" }>, { form, table }: Writing): Chunks {
  if (form.encoding === "protobuf") {
    if (form.as !== "") {
      const partial = partialObject(object.object, form.asVersion);
      return [wrapUnknown({ ...partial, raw: encodeProtobuf(PartialObjectMetadata, partial) })];
    }
    const apiVersion = formatGroupVersion(resource);
    return [wrapUnknown({ apiVersion, kind: resource.kind, raw: object.bytes("protobuf") })];
  }
  if (form.as === "Table") {
    const resourceVersion = object.object.metadata.resourceVersion ?? "";
    const head = tableHead(resource, { resourceVersion }, { version: form.asVersion, columns: true });
    return [UTF8_ENCODER.encode(`${head}${tableRow(resource, object, table)}${TABLE_TAIL}\n`)];
  }
  if (form.as !== "") return [UTF8_ENCODER.encode(`${partialJson(object.object, form.asVersion)}\n`)];
  return [object.bytes("json"), NEWLINE];
}

/** Gives JSON its final look, packs it if that is worth it, and puts the media type on. */
async function finish(response: ApiResponse, writing: Writing, chunks: Chunks): Promise<ApiResponse> {
  const { form, gzip, buffers } = writing;
  const finished = form.encoding === "json" && !writing.pretty ? chunks : await rewritten(chunks, writing);
  const mediaType = mediaTypeOf(form);
  if (gzip === undefined) {
    const sent = isArray(finished) ? undefined : (chunk: Uint8Array): void => buffers.giveBack(chunk);
    return withBytes(response, mediaType, finished, sent);
  }
  const { start, rest, enough } = await lookAhead(finished);
  if (!enough) return withBytes(response, mediaType, start);
  const headers = { ...response.headers, "content-encoding": "gzip", vary: "Accept-Encoding" };
  return withBytes({ ...response, headers }, mediaType, packed({ start, rest }, writing, gzip));
}

function mediaTypeOf({ encoding }: Form): string {
  return encoding === "protobuf" ? PROTOBUF_TYPE : encoding === "yaml" ? YAML_TYPE : JSON_TYPE;
}

async function rewritten(chunks: Chunks, { form, pretty }: Writing): Promise<readonly Uint8Array[]> {
  const bytes = await collectChunks(chunks);
  if (form.encoding === "protobuf") return [bytes];
  const text = UTF8_DECODER.decode(bytes);
  if (form.encoding === "yaml") return [UTF8_ENCODER.encode(dump(JSON.parse(text), { lineWidth: -1, noRefs: true }))];
  return pretty ? [UTF8_ENCODER.encode(`${indentJson(text)}\n`)] : [bytes];
}

interface Ahead {
  readonly start: readonly Uint8Array[];
  readonly rest: AsyncIterator<Uint8Array>;
  readonly enough: boolean;
}

/** Reads until it is clear whether there are enough bytes to pack. */
async function lookAhead(chunks: Chunks): Promise<Ahead> {
  const rest = iterate(chunks);
  const start: Uint8Array[] = [];
  let size = 0;
  while (size <= GZIP_BYTES_MIN) {
    const next = await rest.next();
    if (next.done === true) return { start, rest, enough: false };
    start.push(next.value);
    size += next.value.length;
  }
  return { start, rest, enough: true };
}

async function* iterate(chunks: Chunks): AsyncGenerator<Uint8Array, undefined> {
  yield* chunks;
}

async function* packed(
  { start, rest }: Pick<Ahead, "start" | "rest">,
  { buffers }: Writing,
  gzip: (chunk: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  const pack = (chunk: Uint8Array): Uint8Array => {
    const out = gzip(chunk);
    buffers.giveBack(chunk);
    return out;
  };
  try {
    for (const chunk of start) yield pack(chunk);
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield pack(next.value);
  } finally {
    await rest.return?.();
  }
}

function withBytes(
  response: ApiResponse,
  mediaType: string,
  chunks: Chunks,
  sent?: (chunk: Uint8Array) => void,
): ApiResponse {
  return { ...response, body: { kind: "bytes", mediaType, chunks, sent } };
}

function isArray(chunks: Chunks): chunks is readonly Uint8Array[] {
  return Array.isArray(chunks);
}
