import type { ApiResponse } from "@skates/apimachinery";
import { joinChunks } from "@skates/transport";
import { Tokenizer, type TokenizerCallbacks } from "htmlparser2";

/** Where a page came from, and how its reader reached it. */
export interface PageSource {
  /** `http://10.244.0.7:8080` */
  readonly origin: string;
  /** The server's own name as the reader sent it. */
  readonly host: string;
  /** The path of the proxy itself, without a `/` at the end. */
  readonly prefix: string;
}

/** Longer pages pass as they are. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;
type Encoding = "gzip" | "deflate-raw";
/** How the platform calls a `content-encoding`. */
const ENCODINGS: Readonly<Record<string, Encoding>> = { gzip: "gzip", deflate: "deflate-raw" };

/** Attributes that hold a URL, by element (HTML 4 and 5). */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ["href"],
  applet: ["codebase"],
  area: ["href"],
  audio: ["src"],
  base: ["href"],
  blockquote: ["cite"],
  body: ["background"],
  button: ["formaction"],
  command: ["icon"],
  del: ["cite"],
  embed: ["src"],
  form: ["action"],
  frame: ["longdesc", "src"],
  head: ["profile"],
  html: ["manifest"],
  iframe: ["longdesc", "src"],
  img: ["longdesc", "src", "usemap"],
  input: ["src", "usemap", "formaction"],
  ins: ["cite"],
  link: ["href"],
  object: ["classid", "codebase", "data", "usemap"],
  q: ["cite"],
  script: ["src"],
  source: ["src"],
  video: ["poster", "src"],
};

/** An answer whose redirect or page leads its reader back through the proxy: what began at the root of the target begins at the proxy. */
export async function withLinksThroughProxy(answer: ApiResponse, source: PageSource): Promise<ApiResponse> {
  const { location } = answer.headers;
  if (location !== undefined) {
    return { ...answer, headers: { ...answer.headers, location: linkThroughProxy(location, source) } };
  }
  if (answer.body.kind !== "bytes" || mediaTypeOf(answer) !== "text/html") return answer;
  const named = answer.headers["content-encoding"] ?? "";
  const encoding = ENCODINGS[named];
  if (named !== "" && encoding === undefined) return answer;
  const sent = await upTo(answer.body.chunks, PAGE_BYTES_MAX);
  if ("all" in sent) return { ...answer, body: { ...answer.body, chunks: sent.all } };
  const page = await decoded(sent.whole, encoding);
  if (page === undefined) return { ...answer, body: { ...answer.body, chunks: [sent.whole] } };
  const changed = new TextEncoder().encode(pageThroughProxy(page, source));
  const { "content-length": _length, ...headers } = answer.headers;
  return { ...answer, headers, body: { ...answer.body, chunks: [await encoded(changed, encoding)] } };
}

function mediaTypeOf({ headers, body }: ApiResponse): string {
  const type = headers["content-type"] ?? (body.kind === "bytes" ? body.mediaType : "");
  return (type.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** One URL of a page. Relative ones and those of other hosts stay. */
export function linkThroughProxy(link: string, { origin, host, prefix }: PageSource): string {
  const [, scheme = "", authority, path = "", rest = ""] =
    /^([a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is.exec(link) ?? [];
  const own = new URL(origin).host;
  const elsewhere = authority !== undefined && authority !== own && authority !== host;
  if (elsewhere || !path.startsWith("/")) return link;
  const start = authority === host ? `${scheme}//${authority}` : "";
  const through = path === prefix || path.startsWith(`${prefix}/`) ? path : `${prefix}${path}`;
  return `${start}${through}${rest}`;
}

/** A page with all its links so; what is not a link stays as it is. */
export function pageThroughProxy(page: string, source: PageSource): string {
  const out: string[] = [];
  let copied = 0;
  let element = "";
  let attribute = "";
  const tokenizer = new Tokenizer(
    // A prefix is all that comes in, and has nothing to escape: values may stay as they are written.
    { decodeEntities: false },
    {
      ...DEAF,
      onopentagname: (start, end) => {
        element = page.slice(start, end).toLowerCase();
      },
      onattribname: (start, end) => {
        attribute = page.slice(start, end).toLowerCase();
      },
      onattribdata: (start, end) => {
        if (URL_ATTRIBUTES[element]?.includes(attribute) !== true) return;
        out.push(page.slice(copied, start), linkThroughProxy(page.slice(start, end), source));
        copied = end;
      },
    },
  );
  tokenizer.write(page);
  tokenizer.end();
  return out.join("") + page.slice(copied);
}

const nothing = (): void => undefined;
const DEAF: TokenizerCallbacks = {
  onattribdata: nothing,
  onattribentity: nothing,
  onattribend: nothing,
  onattribname: nothing,
  oncdata: nothing,
  onclosetag: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onopentagend: nothing,
  onopentagname: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
  ontext: nothing,
  ontextentity: nothing,
};

/** The first bytes, and then the rest, if there is one, as it comes. */
async function upTo(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limit: number,
): Promise<{ readonly whole: Uint8Array } | { readonly all: AsyncIterable<Uint8Array> }> {
  const read: Uint8Array[] = [];
  let length = 0;
  const more = toAsync(chunks)[Symbol.asyncIterator]();
  for (let next = await more.next(); next.done !== true; next = await more.next()) {
    read.push(next.value);
    length += next.value.length;
    if (length > limit) return { all: joined(read, more) };
  }
  return { whole: joinChunks(read) };
}

async function* toAsync(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function* joined(read: readonly Uint8Array[], more: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* read;
    yield* { [Symbol.asyncIterator]: () => more };
  } finally {
    await more.return?.();
  }
}

/** Undefined: it is not encoded so, or is too long. */
async function decoded(bytes: Uint8Array, encoding: Encoding | undefined): Promise<string | undefined> {
  if (encoding === undefined) return new TextDecoder().decode(bytes);
  try {
    const page = await upTo(
      new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new DecompressionStream(encoding)),
      PAGE_BYTES_MAX,
    );
    return "whole" in page ? new TextDecoder().decode(page.whole) : undefined;
  } catch {
    return undefined;
  }
}

async function encoded(bytes: Uint8Array, encoding: Encoding | undefined): Promise<Uint8Array> {
  if (encoding === undefined) return bytes;
  const stream = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new CompressionStream(encoding));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
