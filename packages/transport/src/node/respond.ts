import type { Writable } from "node:stream";
import type { ApiResponse, Body } from "@skates/apimachinery";
import { isAbort, messageOf, OperatingError } from "@skates/component-base";
import { pieces, totalBytes } from "../chunks.ts";
import { internalErrorResponse } from "../status-response.ts";
import type { ServerContext } from "./server-context.ts";

/** One request that is being answered, on either version of HTTP. */
export interface Exchange {
  readonly method: string;
  /** Where the body goes: a ServerResponse or an HTTP/2 stream. */
  readonly out: Writable;
  /** Aborts when the caller has gone. */
  readonly signal: AbortSignal;
  /** True if the request asked for a watch: such a response is ended in good order when the server closes. */
  readonly watch: boolean;
  /** Sends status and headers; `headers` are names and values in turn. */
  head(status: number, headers: readonly string[], bodyFollows: boolean): void;
}

/** Headers that belong to the connection, not to the message: transport's own business. */
const HOP_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "transfer-encoding",
  "upgrade",
  "content-length",
]);

/** Sends a response. Never rejects: what goes wrong after the head can only cut the connection. */
export async function respond(context: ServerContext, exchange: Exchange, response: ApiResponse): Promise<void> {
  if (exchange.out.destroyed) return abandon(response.body);
  const body = bodyBytes(context, response.body);
  if (body === undefined) return respond(context, exchange, internalErrorResponse());
  const headers = headerPairs(response, body);
  const bodyless = exchange.method === "HEAD" || response.status === 204 || response.status === 304;
  if (bodyless || body.kind === "none") {
    if (bodyless) abandon(response.body);
    exchange.head(response.status, headers, false);
    exchange.out.end();
    return;
  }
  exchange.head(response.status, headers, true);
  try {
    if (isArray(body.chunks)) await sendArray(context, exchange, body.chunks);
    else await sendStream(context, exchange, { chunks: body.chunks, sent: body.sent });
  } catch (thrown) {
    if (!exchange.signal.aborted && !isAbort(thrown, exchange.signal))
      context.log.warn("response cut short", { error: messageOf(thrown) });
    exchange.out.destroy();
  }
}

type BytesBody = Extract<Body, { readonly kind: "none" | "bytes" }>;

/** `undefined` for a body that only servers in the same process understand: `negotiate` should have turned it into bytes. */
function bodyBytes(context: ServerContext, body: Body): BytesBody | undefined {
  switch (body.kind) {
    case "none":
    case "bytes":
      return body;
    case "json":
      return { kind: "bytes", mediaType: "application/json", chunks: [Buffer.from(JSON.stringify(body.value))] };
    case "object":
    case "list":
    case "events":
    case "upgrade":
      context.log.error("a response cannot be sent on this connection", { kind: body.kind });
      return undefined;
  }
}

function headerPairs(response: ApiResponse, body: BytesBody): string[] {
  const pairs: string[] = [];
  const { headers } = response;
  for (const name in headers) {
    if (HOP_HEADERS.has(name)) continue;
    pairs.push(name, headers[name] ?? "");
  }
  if (body.kind === "bytes" && headers["content-type"] === undefined) pairs.push("content-type", body.mediaType);
  if (body.kind === "none") {
    if (response.status !== 204 && response.status !== 304) pairs.push("content-length", "0");
  } else if (isArray(body.chunks)) pairs.push("content-length", String(totalBytes(body.chunks)));
  for (const warning of response.warnings ?? []) pairs.push("warning", warning);
  return pairs;
}

async function sendArray(context: ServerContext, exchange: Exchange, chunks: readonly Uint8Array[]): Promise<void> {
  const { out } = exchange;
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1 && only.length <= 1024 * 1024) {
    out.end(only);
    return;
  }
  for (const piece of pieces(chunks)) if (!out.write(piece)) await drained(context, exchange);
  out.end();
}

interface Streamed {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly sent: ((chunk: Uint8Array) => void) | undefined;
}

async function sendStream(context: ServerContext, exchange: Exchange, { chunks, sent }: Streamed): Promise<void> {
  const { out, signal } = exchange;
  const iterator = chunks[Symbol.asyncIterator]();
  let ended = false;
  const leave = (): void => {
    ended = true;
    context.endings.delete(end);
    returnLater(iterator);
  };
  const end = (): void => {
    leave();
    out.end();
  };
  if (exchange.watch) context.endings.add(end);
  if (exchange.watch && context.closing) return end();
  signal.addEventListener("abort", leave, { once: true });
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      if (ended) return;
      const chunk = next.value;
      if (chunk.length > 0 && !out.write(chunk)) {
        await drained(context, exchange);
        sent?.(chunk); // all that was written has been taken; of what is only on its way nothing is known
      }
      if (ended) return;
    }
    if (!ended) out.end();
  } finally {
    ended = true;
    context.endings.delete(end);
    signal.removeEventListener("abort", leave);
    returnLater(iterator);
  }
}

/** Waits until the caller has taken what was written; throws when it takes nothing for too long or leaves. */
function drained({ limits }: ServerContext, { out }: Exchange): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer);
      out.off("drain", onDrain).off("finish", onDrain).off("close", onClose);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onDrain = (): void => settle();
    const onClose = (): void => settle(new OperatingError("StreamClosed", "the response's stream closed"));
    // A timer of Node.js and not the clock: an idle timer costs a tenth of what a cancelled sleep does, and this is per event.
    const timer = setTimeout(
      () => settle(new OperatingError("StreamClosed", `the caller took nothing for ${limits.stallTimeoutMs} ms`)),
      limits.stallTimeoutMs,
    );
    if (out.destroyed) return onClose();
    if (!out.writableNeedDrain) return onDrain();
    out.once("drain", onDrain).once("finish", onDrain).once("close", onClose);
  });
}

/** Tells the producer of a body that nobody will read it. */
function abandon(body: Body): void {
  if (body.kind === "bytes" && !isArray(body.chunks)) returnLater(body.chunks[Symbol.asyncIterator]());
}

/** A generator may be in the middle of a wait; it ends when that is over, and nobody waits for it. */
function returnLater(iterator: AsyncIterator<Uint8Array>): void {
  iterator.return?.().then(undefined, () => undefined);
}

function isArray(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): chunks is readonly Uint8Array[] {
  return Array.isArray(chunks);
}
