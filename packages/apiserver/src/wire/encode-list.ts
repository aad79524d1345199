import {
  type Body,
  type Encoded,
  formatGroupVersion,
  PartialObjectMetadataList,
  type Resource,
  type ResponseListMeta,
  encodeProtobuf,
  wrapUnknown,
} from "@skates/apimachinery";
import { ChunkBuilder, type LentBuffers } from "./chunks.ts";
import type { Form } from "./accept.ts";
import { protobufList } from "./protobuf-list.ts";
import { partialJson, partialObject, TABLE_TAIL, type TableOptions, tableHead, tableRow } from "./table.ts";

type ListBody = Extract<Body, { kind: "list" }>;

const UTF8 = new TextEncoder();
const COMMA = UTF8.encode(",");
const OPEN = UTF8.encode("{");

/** The JSON of a list in chunks, which may be given back to `buffers`; made of the bytes that its objects have already. */
export async function* jsonList(
  body: ListBody,
  { form, table, buffers }: { readonly form: Form; readonly table: TableOptions; readonly buffers: LentBuffers },
): AsyncGenerator<Uint8Array> {
  const builder = new ChunkBuilder(buffers);
  const write = itemWriter(body.resource, form, table);
  builder.addText(listHead(body, form));
  let first = true;
  for await (const page of body.pages) {
    for (const object of page) {
      if (!first) builder.add(COMMA);
      first = false;
      write(builder, object);
    }
    if (builder.full) yield builder.take();
  }
  builder.addText(`${form.as === "Table" ? TABLE_TAIL : "]}"}\n`);
  yield builder.take();
}

function listHead({ resource, meta }: ListBody, form: Form): string {
  if (form.as === "Table") return tableHead(resource, meta, { version: form.asVersion, columns: true });
  const partial = form.as !== "";
  const kind = partial ? "PartialObjectMetadataList" : resource.listKind;
  const apiVersion = partial ? `meta.k8s.io/${form.asVersion}` : formatGroupVersion(resource);
  return `{"kind":"${kind}","apiVersion":"${apiVersion}","metadata":${JSON.stringify(listMeta(meta))},"items":[`;
}

/** In upstream's order of fields. */
function listMeta({ resourceVersion, continue: token, remainingItemCount }: ResponseListMeta): object {
  return {
    ...(resourceVersion === "" ? {} : { resourceVersion }),
    ...(token === undefined ? {} : { continue: token }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  };
}

type WriteItem = (builder: ChunkBuilder, object: Encoded) => void;

function itemWriter(resource: Resource, form: Form, table: TableOptions): WriteItem {
  if (form.as === "Table") return (builder, object) => builder.addText(tableRow(resource, object, table));
  if (form.as !== "") return (builder, object) => builder.addText(partialJson(object.object, form.asVersion));
  // Custom objects say what they are, also in lists.
  if (resource.custom === true) return (builder, object) => builder.add(object.bytes("json"));
  // Items of typed lists carry neither kind nor apiVersion: what stands before "metadata" is left out.
  const head = UTF8.encode(`{"kind":"${resource.kind}","apiVersion":"${formatGroupVersion(resource)}",`);
  return (builder, object) => {
    const bytes = object.bytes("json");
    if (!startsWith(bytes, head)) return builder.add(bytes);
    builder.add(OPEN);
    builder.add(bytes.subarray(head.length));
  };
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  if (bytes.length < head.length) return false;
  for (let i = head.length - 1; i >= 0; i--) if (bytes[i] !== head[i]) return false;
  return true;
}

/** The protobuf of a list, collected, as its envelope needs to know its length. */
export async function protobufListBytes(body: ListBody, form: Form): Promise<Uint8Array> {
  const { resource, meta } = body;
  const items: Uint8Array[] = [];
  const partial = form.as !== "";
  const metadata: unknown = listMeta(meta);
  if (partial) {
    const objects = [];
    for await (const page of body.pages) {
      for (const { object } of page) objects.push(partialObject(object, form.asVersion));
    }
    const raw = encodeProtobuf(PartialObjectMetadataList, { metadata, items: objects });
    return wrapUnknown({ apiVersion: `meta.k8s.io/${form.asVersion}`, kind: "PartialObjectMetadataList", raw });
  }
  for await (const page of body.pages) for (const object of page) items.push(object.bytes("protobuf"));
  return wrapUnknown({
    apiVersion: formatGroupVersion(resource),
    kind: resource.listKind,
    raw: protobufList(metadata, items),
  });
}
