import { isRecord, type JsonRecord, ProtobufWriter } from "@skates/apimachinery";

/**
 * OpenAPI v2 as protobuf: the messages of gnostic's `OpenAPIv2.proto`, as far as our documents use them. A message that cannot be
 * chosen by its fields alone (a parameter of a body or of the query) is wrapped in one with an alternative each.
 */
type Write = (out: ProtobufWriter, tag: number, value: unknown) => void;
/** Fields of a message by the name of their JSON member, in the order of their tags. */
type Layout = Readonly<Record<string, readonly [tag: number, write: Write]>>;

const delimited = (out: ProtobufWriter, tag: number, content: () => void): void => {
  const before = out.length;
  content();
  out.varint(out.length - before);
  out.varint(tag * 8 + 2);
};

const text: Write = (out, tag, value) => {
  if (typeof value === "string") delimited(out, tag, () => out.text(value));
};
const bool: Write = (out, tag, value) => {
  if (value !== true) return;
  out.varint(1);
  out.varint(tag * 8);
};
const integer: Write = (out, tag, value) => {
  if (typeof value !== "number") return;
  out.integer(value);
  out.varint(tag * 8);
};
const double: Write = (out, tag, value) => {
  if (typeof value !== "number") return;
  out.double(value);
  out.varint(tag * 8 + 1);
};
/** Any value, as YAML, of which JSON is a part. */
const any: Write = (out, tag, value) => delimited(out, tag, () => text(out, 2, `${JSON.stringify(value)}\n`));

/** Written from the end, as the writer works. */
const repeated =
  (write: Write): Write =>
  (out, tag, value) => {
    if (Array.isArray(value)) for (const item of value.toReversed()) write(out, tag, item);
  };
const named =
  (write: Write): Write =>
  (out, tag, value) => {
    for (const [name, member] of Object.entries(isRecord(value) ? value : {}).toReversed()) {
      delimited(out, tag, () => {
        write(out, 2, member);
        text(out, 1, name);
      });
    }
  };
/** A message with one field, which holds the value. */
const within =
  (inner: number, write: Write): Write =>
  (out, tag, value) =>
    delimited(out, tag, () => write(out, inner, value));
/** `extensions`: the tag of the members that start with `x-`, always the last. */
const message =
  (layout: () => Layout, extensions: number): Write =>
  (out, tag, value) => {
    if (!isRecord(value)) return;
    delimited(out, tag, () => {
      named(any)(out, extensions, extensionsOf(value));
      for (const [name, [inner, write]] of Object.entries(layout()).toReversed()) {
        if (value[name] !== undefined) write(out, inner, value[name]);
      }
    });
  };

function extensionsOf(value: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name.startsWith("x-")));
}

const one: Write = (out, tag, value) =>
  Array.isArray(value) ? repeated(text)(out, tag, value) : text(out, tag, value);

const schema: Write = message((): Layout => SCHEMA, 31);
const SCHEMA: Layout = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  maximum: [7, double],
  minimum: [9, double],
  maxLength: [11, integer],
  minLength: [12, integer],
  pattern: [13, text],
  maxItems: [14, integer],
  minItems: [15, integer],
  uniqueItems: [16, bool],
  required: [19, repeated(text)],
  enum: [20, repeated(any)],
  additionalProperties: [21, within(1, schema)],
  type: [22, within(1, one)],
  items: [23, within(1, schema)],
  properties: [25, within(1, named(schema))],
};

const bodyParameter = message(
  () => ({ description: [1, text], name: [2, text], in: [3, text], required: [4, bool], schema: [5, schema] }),
  6,
);
const queryParameter = message(
  () => ({
    required: [1, bool],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [6, text],
    uniqueItems: [20, bool],
  }),
  23,
);
const pathParameter = message(
  () => ({
    required: [1, bool],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [5, text],
    uniqueItems: [19, bool],
  }),
  22,
);
const parameter: Write = (out, tag, value) => {
  const place = isRecord(value) ? value["in"] : undefined;
  if (place === "body") within(1, within(1, bodyParameter))(out, tag, value);
  else if (place === "path") within(1, within(2, within(4, pathParameter)))(out, tag, value);
  else within(1, within(2, within(3, queryParameter)))(out, tag, value);
};

const response = message(() => ({ description: [1, text], schema: [2, within(1, schema)] }), 5);

const operation = message(
  () => ({
    tags: [1, repeated(text)],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    produces: [6, repeated(text)],
    consumes: [7, repeated(text)],
    parameters: [8, repeated(parameter)],
    responses: [9, within(1, named(within(1, response)))],
    schemes: [10, repeated(text)],
    deprecated: [11, bool],
  }),
  13,
);

const pathItem = message(
  () => ({
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, repeated(parameter)],
  }),
  10,
);

/** Paths, as part of a document: put such parts together, then give them to `documentProtobuf`. */
export function pathsProtobuf(paths: JsonRecord): Uint8Array {
  return written((out) => named(pathItem)(out, 2, paths));
}

/** Definitions, as part of a document. */
export function definitionsProtobuf(definitions: JsonRecord): Uint8Array {
  return written((out) => named(schema)(out, 1, definitions));
}

const head = message(() => ({ title: [1, text], version: [2, text] }), 7);
const apiKey = message(() => ({ type: [1, text], name: [2, text], in: [3, text], description: [4, text] }), 5);

/** A document of parts; `frame` has its other members. */
export function documentProtobuf(frame: JsonRecord, paths: Uint8Array, definitions: Uint8Array): Uint8Array {
  return written((out) => {
    within(1, named(within(2, apiKey)))(out, 13, frame["securityDefinitions"]);
    repeated(within(1, named(repeatedWithin)))(out, 12, frame["security"]);
    delimited(out, 9, () => out.raw(definitions));
    delimited(out, 8, () => out.raw(paths));
    head(out, 2, frame["info"]);
    text(out, 1, frame["swagger"]);
  });
}

const repeatedWithin: Write = within(1, repeated(text));

function written(write: (out: ProtobufWriter) => void): Uint8Array {
  const out = new ProtobufWriter(1 << 16);
  write(out);
  return out.bytes();
}
