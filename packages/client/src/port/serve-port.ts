import type { ApiRequest, ApiResponse, Body, EncodedEvent, Handler } from "@skates/apimachinery";
import { notImplemented } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import {
  NOBODY,
  type Packed,
  type PortBody,
  type PortRequest,
  type PortResponse,
  received,
  type ToClient,
  type ToServer,
  WINDOW,
} from "./messages.ts";
import { pack } from "./pack.ts";
import type { Port } from "./port.ts";

/** A request under way. */
interface Call {
  readonly abort: AbortController;
  /** Parts that may still be sent. */
  credits: number;
  resume: (() => void) | undefined;
}

/**
 * Answers what comes over the port with `handler`, whose identity counts: hand it `server.loopback(user)`. Objects cross as the JSON
 * that the server keeps anyway. At most 8 parts of a list or watch are on their way unused; a watch that is read too slowly ends as the
 * server ends it. Connections cannot be taken over through a port: such answers become 501. Serves until `signal` aborts or the port
 * closes.
 */
export function servePort(port: Port, handler: Handler, signal: AbortSignal): void {
  const calls = new Map<number, Call>();

  function end(): void {
    for (const { abort, resume } of calls.values()) {
      abort.abort(new Error("the port was closed"));
      resume?.();
    }
    calls.clear();
  }

  function serve(sent: PortRequest): void {
    const call: Call = { abort: new AbortController(), credits: WINDOW, resume: undefined };
    calls.set(sent.id, call);
    const post = (message: ToClient, transfer: ArrayBuffer[] = []): void => {
      if (!call.abort.signal.aborted) port.postMessage(message, transfer);
    };
    answer({ sent, call, handler, post }).then(
      () => finish(sent.id, () => post({ type: "end", id: sent.id })),
      (error: unknown) => finish(sent.id, () => post({ type: "end", id: sent.id, error: messageOf(error) })),
    );
  }

  function finish(id: number, last: () => void): void {
    if (calls.delete(id)) last();
  }

  port.addEventListener("message", (event) => {
    const message = received<ToServer>(event);
    if (message.type === "request") return serve(message);
    const call = calls.get(message.id);
    if (call === undefined) return;
    if (message.type === "abort") {
      calls.delete(message.id);
      call.abort.abort(new Error("the caller has gone"));
    } else call.credits++;
    call.resume?.();
  });
  port.addEventListener("close", end);
  const close = (): void => {
    end();
    port.close();
  };
  if (signal.aborted) return close();
  signal.addEventListener("abort", close, { once: true });
  port.start();
}

interface Answering {
  readonly sent: PortRequest;
  readonly call: Call;
  readonly handler: Handler;
  readonly post: (message: ToClient, transfer?: ArrayBuffer[]) => void;
}

async function answer({ sent, call, handler, post }: Answering): Promise<void> {
  const { signal } = call.abort;
  const response = await handler(requestOf(sent, signal));
  const { id } = sent;
  const { body, transfer } = headOf(response.body);
  const upgrade = response.body.kind === "upgrade";
  const head: PortResponse = {
    type: "response",
    id,
    status: upgrade ? 501 : response.status,
    headers: response.headers,
    warnings: response.warnings,
    body,
  };
  post(head, transfer);
  for await (const part of partsOf(response)) {
    while (call.credits === 0 && !signal.aborted) await new Promise<void>((resolve) => (call.resume = resolve));
    signal.throwIfAborted();
    call.credits--;
    // Bytes that others hold are copied; a piece that was packed for this port moves over.
    if (part instanceof Uint8Array) post({ type: "part", id, part });
    else post({ type: "part", id, part }, [bufferOf(part)]);
  }
}

function requestOf(sent: PortRequest, signal: AbortSignal): ApiRequest {
  const { method, path, query, headers, body } = sent;
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    body: body.kind === "bytes" ? { ...body, read: () => Promise.resolve(body.bytes) } : body,
    peer: NOBODY,
    signal,
  };
}

/** What of the body goes with the response itself. */
function headOf(body: Body): { readonly body: PortBody; readonly transfer: ArrayBuffer[] } {
  switch (body.kind) {
    case "none":
    case "json":
      return { body, transfer: [] };
    case "object": {
      const packed = pack([body.object]);
      return { body: { kind: "object", resource: nameOf(body), packed }, transfer: [bufferOf(packed)] };
    }
    case "list":
      return { body: { kind: "list", resource: nameOf(body), meta: body.meta }, transfer: [] };
    case "events":
      return { body: { kind: "events", resource: nameOf(body) }, transfer: [] };
    case "bytes":
      return { body: { kind: "bytes", mediaType: body.mediaType }, transfer: [] };
    case "upgrade": {
      const refusal = notImplemented("a connection cannot be taken over through a message port");
      return { body: { kind: "json", value: refusal.toStatus() }, transfer: [] };
    }
  }
}

async function* partsOf({ body }: ApiResponse): AsyncGenerator<Packed | Uint8Array> {
  if (body.kind === "list") for await (const page of body.pages) yield pack(page);
  else if (body.kind === "events") for await (const batch of body.events) yield packEvents(batch);
  else if (body.kind === "bytes") yield* body.chunks;
}

function packEvents(batch: readonly EncodedEvent[]): Packed {
  return pack(
    batch.map(({ object }) => object),
    batch.map(({ type }) => type),
  );
}

function nameOf({ resource }: Extract<Body, { readonly resource: unknown }>) {
  const { group, version, plural } = resource;
  return { group, version, plural };
}

/** `pack` makes its own buffer, which is never a shared one. */
function bufferOf({ bytes }: Packed): ArrayBuffer {
  return bytes.buffer as ArrayBuffer;
}
