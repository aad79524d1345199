import {
  type Body,
  type EncodedEvent,
  jsonText,
  PartialObjectMetadata,
  Status,
  encodeProtobuf,
  wrapUnknown,
  encodeWatchEvent,
} from "@skates/apimachinery";
import { SharedEvent } from "../watch-cache/cache-event.ts";
import type { Form } from "./accept.ts";
import { ChunkBuilder } from "./chunks.ts";
import { partialJson, partialObject, TABLE_TAIL, type TableOptions, tableHead, tableRow } from "./table.ts";

type EventsBody = Extract<Body, { kind: "events" }>;

const UTF8 = new TextEncoder();
const TAIL = UTF8.encode("}\n");

/** The frames of a watch. A frame is made once for all watchers that take the same form. */
export async function* eventFrames(body: EventsBody, form: Form, table: TableOptions): AsyncGenerator<Uint8Array> {
  let headed = false;
  for await (const events of body.events) {
    const builder = new ChunkBuilder();
    for (const event of events) {
      if (form.as === "Table" && event.type !== "ERROR") {
        builder.add(jsonFrame(event, tableOf(body, event, { ...table, columns: !headed })));
        headed = true;
      } else builder.add(sharedFrame(event, form));
      if (builder.full) yield builder.take();
    }
    if (!builder.empty) yield builder.take();
  }
}

function sharedFrame(event: EncodedEvent, form: Form): Uint8Array {
  const make = (): Uint8Array => (form.encoding === "protobuf" ? protobufFrame(event, form) : plainFrame(event, form));
  return event instanceof SharedEvent ? event.frame(`${form.encoding} ${form.as} ${form.asVersion}`, make) : make();
}

function plainFrame(event: EncodedEvent, form: Form): Uint8Array {
  const partial = form.as !== "" && form.as !== "Table" && event.type !== "ERROR";
  return jsonFrame(
    event,
    partial ? UTF8.encode(partialJson(event.object.object, form.asVersion)) : event.object.bytes("json"),
  );
}

function jsonFrame({ type }: EncodedEvent, object: Uint8Array): Uint8Array {
  const builder = new ChunkBuilder();
  builder.addText(`{"type":"${type}","object":`);
  builder.add(object);
  builder.add(TAIL);
  return builder.take();
}

function tableOf(
  { resource }: EventsBody,
  event: EncodedEvent,
  table: TableOptions & { readonly columns: boolean },
): Uint8Array {
  const resourceVersion = event.object.object.metadata.resourceVersion ?? "";
  const head = tableHead(resource, { resourceVersion }, table);
  const rows = event.type === "BOOKMARK" ? bookmarkRow(event, table) : tableRow(resource, event.object, table);
  return UTF8.encode(head + rows + TABLE_TAIL);
}

/** A bookmark has no cells, but its annotations matter. */
function bookmarkRow(event: EncodedEvent, table: TableOptions): string {
  return `{"cells":${jsonText([])},"object":${partialJson(event.object.object, table.version)}}`;
}

/** A WatchEvent behind four bytes of length. */
function protobufFrame(event: EncodedEvent, form: Form): Uint8Array {
  const message = encodeWatchEvent(event.type, envelope(event, form));
  const out = new Uint8Array(4 + message.length);
  new DataView(out.buffer).setUint32(0, message.length);
  out.set(message, 4);
  return out;
}

function envelope(event: EncodedEvent, form: Form): Uint8Array {
  const { object } = event.object;
  if (event.type === "ERROR") {
    return wrapUnknown({ apiVersion: "v1", kind: "Status", raw: encodeProtobuf(Status, object) });
  }
  if (form.as !== "") {
    const partial = partialObject(object, form.asVersion);
    return wrapUnknown({ ...partial, raw: encodeProtobuf(PartialObjectMetadata, partial) });
  }
  return wrapUnknown({ apiVersion: object.apiVersion, kind: object.kind, raw: event.object.bytes("protobuf") });
}
