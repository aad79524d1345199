import { type ApiRequest, type ApiResponse, isRecord, type JsonRecord, StatusError } from "@skates/apimachinery";
import { parseMediaType } from "../../wire/media-type.ts";
import { definitionToV2, pathToV2 } from "./convert.ts";
import { definitionsProtobuf, documentProtobuf, pathsProtobuf } from "./protobuf.ts";

const PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
/** The name that clients asked by before it was found not to be a valid media type. Answered by the valid one. */
const PROTOBUF_ONCE = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
const JSON_TYPE = "application/json";

type FormName = "json" | "protobuf";

/** What the document of all groups is made of. */
export interface OpenApiSource {
  /** Title and version. */
  readonly info: JsonRecord;
  /** Changes with the content. */
  hash(): Promise<string>;
  /** The documents of OpenAPI v3, one by one, with turns of the event loop between them. */
  documents(): AsyncIterable<JsonRecord>;
}

/** OpenAPI v2: all groups and versions in one document, as JSON and as gnostic's protobuf. Made when first asked for, then kept. */
export class OpenApiV2 {
  readonly #source: OpenApiSource;
  readonly #made = new Map<FormName, Promise<Uint8Array>>();

  constructor(source: OpenApiSource) {
    this.#source = source;
  }

  /** Throws NotAcceptable. */
  async serve(request: ApiRequest): Promise<ApiResponse> {
    const form = chooseForm(request.headers["accept"] ?? "");
    const etag = `"${await this.#source.hash()}"`;
    const headers = { etag, vary: "Accept", "cache-control": "no-cache, private" };
    if (request.headers["if-none-match"] === etag) return { status: 304, headers, body: { kind: "none" } };
    const bytes = await this.#bytes(form);
    const mediaType = form === "json" ? JSON_TYPE : PROTOBUF;
    return { status: 200, headers, body: { kind: "bytes", mediaType, chunks: [bytes] } };
  }

  async #bytes(form: FormName): Promise<Uint8Array> {
    const known = this.#made.get(form);
    if (known !== undefined) return await known;
    const made = form === "json" ? this.#json() : this.#protobuf();
    this.#made.set(form, made);
    try {
      return await made;
    } catch (error) {
      this.#made.delete(form);
      throw error;
    }
  }

  async #json(): Promise<Uint8Array> {
    const paths = new Map<string, string>();
    const definitions = new Map<string, string>();
    for await (const part of this.#parts()) {
      for (const [name, value] of Object.entries(part.paths)) paths.set(name, JSON.stringify(value));
      for (const [name, value] of Object.entries(part.definitions)) definitions.set(name, JSON.stringify(value));
    }
    const frame = JSON.stringify(this.#frame()).slice(0, -1);
    const text = `${frame},"paths":${membersOf(paths)},"definitions":${membersOf(definitions)}}\n`;
    return new TextEncoder().encode(text);
  }

  async #protobuf(): Promise<Uint8Array> {
    const paths: Uint8Array[] = [];
    const definitions: Uint8Array[] = [];
    for await (const part of this.#parts()) {
      paths.push(pathsProtobuf(part.paths));
      definitions.push(definitionsProtobuf(part.definitions));
    }
    return documentProtobuf(this.#frame(), joined(paths), joined(definitions));
  }

  #frame(): JsonRecord {
    return {
      swagger: "2.0",
      info: this.#source.info,
      security: [{ BearerToken: [] }],
      securityDefinitions: {
        BearerToken: { type: "apiKey", description: "A bearer token.", name: "authorization", in: "header" },
      },
    };
  }

  /** A definition that several documents have comes with the first of them. */
  async *#parts(): AsyncGenerator<Part> {
    const seen = new Set<string>();
    for await (const document of this.#source.documents()) {
      const definitions: Record<string, JsonRecord> = {};
      for (const [name, schema] of schemasOf(document)) {
        if (seen.has(name)) continue;
        seen.add(name);
        definitions[name] = definitionToV2(schema);
      }
      const paths = recordsOf(document["paths"]).map(([path, item]): [string, JsonRecord] => [path, pathToV2(item)]);
      yield { paths: Object.fromEntries(paths), definitions };
    }
  }
}

interface Part {
  readonly paths: JsonRecord;
  readonly definitions: JsonRecord;
}

/** The form that a client likes best, in the order of its header among equals. */
function chooseForm(accept: string): FormName {
  if (accept === "") return "json";
  const wanted = accept.split(",").flatMap((clause) => {
    const { type, parameters } = parseMediaType(clause);
    const form = formOf(type);
    const quality = parameters["q"] === undefined ? 1 : Number(parameters["q"]);
    return form !== undefined && quality > 0 ? [{ form, quality }] : [];
  });
  const [best] = wanted.toSorted((a, b) => b.quality - a.quality);
  if (best !== undefined) return best.form;
  throw new StatusError("NotAcceptable", `only the following media types are accepted: ${JSON_TYPE}, ${PROTOBUF}`);
}

function formOf(type: string): FormName | undefined {
  if (type === PROTOBUF || type === PROTOBUF_ONCE) return "protobuf";
  return type === JSON_TYPE || type === "application/*" || type === "*/*" ? "json" : undefined;
}

function schemasOf(document: JsonRecord): readonly (readonly [string, JsonRecord])[] {
  const components = document["components"];
  return isRecord(components) ? recordsOf(components["schemas"]) : [];
}

function recordsOf(value: unknown): readonly (readonly [string, JsonRecord])[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => (isRecord(member) ? [[name, member] as const] : []));
}

function membersOf(texts: ReadonlyMap<string, string>): string {
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(",")}}`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
