import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type ApiRequest, type ApiResponse, badRequest, type RequestBody, StatusError } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import { parseRequestTarget } from "../request-target.ts";
import { internalErrorResponse, statusResponse } from "../status-response.ts";
import type { PeerSource } from "./peer.ts";
import { requestBody } from "./request-body.ts";
import { repeatedHeaders, singleHeaders } from "./request-headers.ts";
import { type Exchange, respond } from "./respond.ts";
import { callerGone, type ServerContext } from "./server-context.ts";
import { socketStream } from "./socket-stream.ts";

/** How much of a body that nobody read is taken in after all, so that the connection can be kept and the refusal arrives. */
const DISCARD_BYTES_MAX = 8 * 1024 * 1024;
const DISCARD_MS_MAX = 2_000;
/** How long a connection stays after a malformed request. */
const LINGER_MS = 500;

/** What is known of an HTTP/1.1 connection. */
interface Connection {
  readonly peer: PeerSource;
  /** Requests that are being answered. */
  pending: number;
}

/** The HTTP/1.1 half of a server. It listens to nothing; connections are handed to `connect`. */
export interface Http1Server {
  connect(socket: Duplex, peer: PeerSource): void;
  /** Ends idle connections; others end with their response. */
  close(): void;
}

/** Answers HTTP/1.1 requests with the context's handler. */
export function http1Server(context: ServerContext): Http1Server {
  const { limits } = context;
  const connections = new WeakMap<Duplex, Connection>();
  const server = createServer({
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.headersTimeoutMs + limits.bodyTimeoutMs,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headersTimeoutMs),
    requireHostHeader: false, // we answer with a Status ourselves
  });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = connections.get(request.socket);
    if (connection === undefined) return void request.socket.destroy();
    connection.pending++;
    if (connection.pending > limits.pipelinedMax) return void request.socket.destroy();
    response.once("close", () => connection.pending--);
    serve(context, connection.peer, { request, response }).catch((thrown: unknown) => fail(context, request, thrown));
  };
  server.on("request", answer).on("checkContinue", answer);
  server.on("upgrade", (request, socket, head) => {
    const connection = connections.get(socket);
    if (connection === undefined) return void socket.destroy();
    serveUpgrade(context, connection.peer, { request, socket, head }).catch((thrown: unknown) =>
      fail(context, request, thrown),
    );
  });
  server.on("clientError", (error, socket) => refuseMalformed(context, error, socket));
  armTimeouts(server);
  return {
    connect: (socket, peer) => {
      connections.set(socket, { peer, pending: 0 });
      server.emit("connection", socket);
    },
    close: () => void server.close(() => undefined), // it was never listening, which is all it could report
  };
}

/** A server starts to enforce its header and request timeouts when it listens, which this one never does. */
function armTimeouts(server: Server): void {
  server.emit("listening");
}

function fail(context: ServerContext, request: IncomingMessage, thrown: unknown): void {
  context.log.error("request failed in transport", { error: messageOf(thrown) });
  request.socket.destroy();
}

interface Message {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function serve(context: ServerContext, peer: PeerSource, { request, response }: Message): Promise<void> {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(callerGone());
  });
  const headers = singleHeaders(request.headers);
  const hasBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  let awaitsContinue = headers["expect"] !== undefined && request.httpVersion !== "1.0";
  const onRead = (): void => {
    if (awaitsContinue) response.writeContinue();
    awaitsContinue = false;
  };
  const body: RequestBody = hasBody
    ? requestBody(context, { readable: request, headers, signal: controller.signal, onRead })
    : { kind: "none" };
  const repeated = repeatedHeaders(headers, request.rawHeaders);
  const abort = (reason: Error): void => controller.abort(reason);
  const made = apiRequest(request, { headers, ...repeated, body, peer, signal: controller.signal, abort });
  const answer = await handled(context, request, made);
  if (hasBody && !request.complete && (awaitsContinue || !(await discard(context, request))))
    response.shouldKeepAlive = false;
  await respond(context, exchangeOf(context, made, response), answer);
  if (context.closing && !response.destroyed) response.once("finish", () => request.socket?.end());
}

interface Parts extends Pick<ApiRequest, "headers" | "repeatedHeaders" | "body" | "signal" | "abort" | "upgrade"> {
  readonly peer: PeerSource;
}

function apiRequest(request: IncomingMessage, parts: Parts): ApiRequest {
  const { path, query } = parseRequestTarget(request.url ?? "");
  return { method: request.method ?? "", path, query, ...parts, peer: parts.peer() };
}

async function handled(context: ServerContext, request: IncomingMessage, made: ApiRequest): Promise<ApiResponse> {
  if (made.headers["host"] === undefined && request.httpVersion === "1.1")
    return statusResponse(badRequest("missing required Host header"));
  try {
    return await context.handler(made);
  } catch (thrown) {
    context.log.error("handler failed", { method: made.method, path: made.path, error: messageOf(thrown) });
    return internalErrorResponse();
  }
}

function exchangeOf(context: ServerContext, request: ApiRequest, response: ServerResponse): Exchange {
  response.on("error", () => undefined); // a close follows
  return {
    method: request.method,
    out: response,
    signal: request.signal,
    watch: asksForWatch(request.query),
    head: (status, headers, bodyFollows) => {
      if (context.closing) response.shouldKeepAlive = false;
      response.writeHead(status, [...headers]);
      // Without a length the body streams: a watcher waits for the head before there is anything to tell.
      if (bodyFollows && !headers.includes("content-length")) response.flushHeaders();
    },
  };
}

/** `?watch`, `?watch=1` and `?watch=true` ask for a watch, and so does following a log for this purpose. */
export function asksForWatch(query: URLSearchParams): boolean {
  const value = query.get("watch") ?? query.get("follow");
  return value !== null && value !== "0" && value !== "false";
}

interface Takeover {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

async function serveUpgrade(context: ServerContext, peer: PeerSource, takeover: Takeover): Promise<void> {
  const { request, socket, head } = takeover;
  const controller = new AbortController();
  socket.once("close", () => controller.abort(callerGone()));
  socket.on("error", () => undefined); // a close follows
  const headers = singleHeaders(request.headers);
  const announcesBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
  const made = apiRequest(request, {
    headers,
    ...repeatedHeaders(headers, request.rawHeaders),
    body: { kind: "none" },
    peer,
    signal: controller.signal,
    upgrade: { protocol: (headers["upgrade"] ?? "").toLowerCase() },
  });
  const answer = announcesBody
    ? statusResponse(badRequest("a request to upgrade the connection must not have a body"))
    : await handled(context, request, made);
  if (socket.destroyed) return;
  if (answer.body.kind !== "upgrade") return refuseUpgrade(context, made, takeover, answer);
  if (head.length > 0) socket.unshift(head);
  socket.write(switchingProtocols(answer));
  try {
    await answer.body.accept(socketStream(socket));
  } catch (thrown) {
    if (!controller.signal.aborted)
      context.log.warn("upgraded connection failed", { path: made.path, error: messageOf(thrown) });
    socket.destroy();
  }
}

/** The parser has let go of the connection; a response by hand, after which it ends. */
async function refuseUpgrade(
  context: ServerContext,
  made: ApiRequest,
  { request, socket }: Takeover,
  answer: ApiResponse,
): Promise<void> {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(request.socket);
  response.once("finish", () => socket.end());
  await respond(context, exchangeOf(context, made, response), answer);
}

function switchingProtocols(answer: ApiResponse): string {
  const lines = ["HTTP/1.1 101 Switching Protocols"];
  for (const [name, value] of Object.entries(answer.headers)) lines.push(`${name}: ${value}`);
  for (const line of lines) if (/[\r\n]/.test(line)) throw new Error("a header value contains a line break");
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** Takes in the rest of a body; false if it is too much or too slow, and the connection cannot be used again. */
function discard(context: ServerContext, request: IncomingMessage): Promise<boolean> {
  return new Promise((resolve) => {
    let bytes = 0;
    const timer = new AbortController();
    const settle = (complete: boolean): void => {
      timer.abort();
      request.off("data", onData).off("close", onClose).off("end", onEnd);
      resolve(complete);
    };
    const onEnd = (): void => settle(true);
    const onClose = (): void => settle(false);
    const onData = (chunk: Uint8Array): void => {
      bytes += chunk.length;
      if (bytes > DISCARD_BYTES_MAX) settle(false);
    };
    context.clock.sleep(DISCARD_MS_MAX, timer.signal).then(onClose, () => undefined); // settled before
    request.on("data", onData).once("close", onClose).once("end", onEnd);
    request.resume();
  });
}

/** What the parser gives up on: the connection is lost, but the caller learns why. */
function refuseMalformed(context: ServerContext, error: NodeJS.ErrnoException, socket: Duplex): void {
  if (socket.writableEnded) return; // the parser complains again about what follows
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const refusal = malformed(error);
  const body = JSON.stringify(refusal.toStatus());
  const head = [
    `HTTP/1.1 ${refusal.code} ${refusal.reason}`,
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
  // Closing at once while more is coming in would make the system drop the answer.
  socket.once("end", () => socket.destroy());
  socket.resume();
  context.clock.sleep(LINGER_MS, new AbortController().signal).then(
    () => socket.destroy(),
    () => undefined, // never aborted
  );
}

function malformed(error: NodeJS.ErrnoException): StatusError {
  if (error.code === "HPE_HEADER_OVERFLOW")
    return new StatusError("RequestHeaderFieldsTooLarge", "the request's headers are too large", { code: 431 });
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT")
    return new StatusError("Timeout", "the request did not arrive in time", { code: 408 });
  return badRequest("the request is not well-formed HTTP/1.1");
}
