import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { Socket } from "node:net";
import { type ApiRequest, type ApiResponse, badRequest } from "@skates/apimachinery";
import { messageOf } from "@skates/component-base";
import { parseRequestTarget } from "../request-target.ts";
import { internalErrorResponse, statusResponse } from "../status-response.ts";
import { type TokenBucket, tokenBucket } from "../token-bucket.ts";
import { asksForWatch } from "./http1-server.ts";
import type { PeerSource } from "./peer.ts";
import { requestBody } from "./request-body.ts";
import { repeatedHeaders, singleHeaders } from "./request-headers.ts";
import { type Exchange, respond } from "./respond.ts";
import { callerGone, type ServerContext } from "./server-context.ts";

/** Memory that one connection may hold in Node.js before it refuses streams: many watches with something to send. */
const SESSION_MEMORY_MB = 64;
const WINDOW_BYTES = 256 * 1024;

interface Session {
  readonly peer: PeerSource;
  readonly resets: TokenBucket;
  readonly http2: ServerHttp2Session;
  /** Streams that are open. */
  open: number;
}

/** The HTTP/2 half of a server. It listens to nothing; connections are handed to `connect`. */
export interface Http2Server {
  connect(socket: Socket, peer: PeerSource): void;
  /** Tells callers to open no further streams; a connection ends with its last stream. */
  close(): void;
}

/** Answers HTTP/2 requests with the context's handler. Uses streams directly: the compatibility API costs a third of the throughput. */
export function http2Server(context: ServerContext): Http2Server {
  const { limits, clock } = context;
  const sessions = new Set<Session>();
  return {
    connect: (socket, peer) => {
      const http2 = performServerHandshake(socket, {
        maxSessionMemory: SESSION_MEMORY_MB,
        settings: {
          maxConcurrentStreams: limits.streamsMax,
          maxHeaderListSize: limits.headerBytesMax,
          initialWindowSize: WINDOW_BYTES,
        },
      });
      const resets = tokenBucket(clock, limits.resetsMax, limits.resetsPerSecond);
      const session: Session = { peer, http2, resets, open: 0 };
      sessions.add(session);
      http2.once("close", () => sessions.delete(session));
      http2.on("error", (error) => context.log.debug("connection failed", { error: messageOf(error) }));
      http2.on("timeout", () => {
        if (session.open === 0) http2.destroy();
      });
      const frames = tokenBucket(clock, limits.controlFramesMax, limits.controlFramesPerSecond);
      const count = (): void => {
        if (!frames.take()) closeAngrily(context, session, "connection closed: too many pings or settings");
      };
      http2.on("ping", count);
      http2.on("remoteSettings", count);
      http2.setTimeout(limits.headersTimeoutMs); // a caller that opens a connection must soon use it
      const onStream = (...[stream, headers, , raw]: StreamEvent): void =>
        accept(context, { session, stream, ...readHead(headers, raw) });
      http2.on("stream", onStream);
    },
    close: () => {
      for (const { http2 } of sessions) http2.close();
    },
  };
}

/** The request line, as HTTP/2 carries it. */
interface RequestLine {
  readonly method: string;
  readonly path: string | undefined;
  readonly authority: string | undefined;
}

function pseudo(headers: {
  readonly ":method"?: string | undefined;
  readonly ":path"?: string | undefined;
  readonly ":authority"?: string | undefined;
}): RequestLine {
  return { method: headers[":method"] ?? "", path: headers[":path"], authority: headers[":authority"] };
}

/** With the raw headers, which the library's types leave out. */
type StreamEvent = readonly [ServerHttp2Stream, IncomingHttpHeaders, number, readonly string[]];

type Head = Pick<Incoming, "headers" | "repeated" | "line">;

function readHead(sent: IncomingHttpHeaders, raw: readonly string[]): Head {
  const headers = singleHeaders(sent);
  const repeated = repeatedHeaders(headers, raw);
  const line = pseudo(sent);
  if (line.authority !== undefined) headers["host"] = line.authority;
  return { headers, repeated, line };
}

function accept(context: ServerContext, incoming: Omit<Incoming, "controller">): void {
  const { session, stream } = incoming;
  const controller = new AbortController();
  if (session.open++ === 0) session.http2.setTimeout(context.limits.idleTimeoutMs);
  stream.on("error", () => undefined); // a close follows
  stream.once("close", () => {
    session.open--;
    if (context.closing && session.open === 0) setImmediate(() => session.http2.destroy());
    if (stream.writableFinished && stream.rstCode === constants.NGHTTP2_NO_ERROR) return;
    controller.abort(callerGone());
    // Opening and abandoning requests costs the caller nothing, but us a lot (CVE-2023-44487); so does having us abandon them, by a
    // frame that makes no sense (CVE-2025-8671).
    if (!session.resets.take()) closeAngrily(context, session, "connection closed: too many requests abandoned");
  });
  serve(context, { ...incoming, controller }).catch((thrown: unknown) => {
    context.log.error("request failed in transport", { error: messageOf(thrown) });
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  });
}

function closeAngrily(context: ServerContext, { http2, peer }: Session, message: string): void {
  if (http2.destroyed) return;
  const from = peer();
  context.log.warn(message, {
    address: "tls" in from ? from.tls.remoteAddress : undefined,
  });
  http2.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
}

interface Incoming {
  readonly session: Session;
  readonly stream: ServerHttp2Stream;
  readonly headers: Record<string, string>;
  readonly repeated: Pick<ApiRequest, "repeatedHeaders">;
  readonly line: RequestLine;
  readonly controller: AbortController;
}

async function serve(context: ServerContext, incoming: Incoming): Promise<void> {
  const { stream, headers, line, controller } = incoming;
  const { signal } = controller;
  const { path, query } = parseRequestTarget(line.path ?? "");
  const onRead = headers["expect"] === undefined ? undefined : () => stream.additionalHeaders({ ":status": 100 });
  const request: ApiRequest = {
    method: line.method,
    path,
    query,
    headers,
    ...incoming.repeated,
    body: stream.endAfterHeaders
      ? { kind: "none" }
      : requestBody(context, { readable: stream, headers, signal, onRead }),
    peer: incoming.session.peer(),
    signal,
    abort: (reason) => controller.abort(reason),
  };
  const answer =
    line.path === undefined ? statusResponse(badRequest("CONNECT is not served")) : await handled(context, request);
  await respond(context, exchangeOf(request, stream), answer);
  // What the caller still sends of its body is of no use to anyone.
  if (!stream.readableEnded && !stream.destroyed) stream.close(constants.NGHTTP2_NO_ERROR);
}

async function handled(context: ServerContext, request: ApiRequest): Promise<ApiResponse> {
  try {
    return await context.handler(request);
  } catch (thrown) {
    context.log.error("handler failed", { method: request.method, path: request.path, error: messageOf(thrown) });
    return internalErrorResponse();
  }
}

function exchangeOf(request: ApiRequest, stream: ServerHttp2Stream): Exchange {
  return {
    method: request.method,
    out: stream,
    signal: request.signal,
    watch: asksForWatch(request.query),
    head: (status, pairs, bodyFollows) => {
      const headers: Record<string, string | string[] | number> = { ":status": status };
      for (let i = 0; i < pairs.length; i += 2) addHeader(headers, pairs[i] ?? "", pairs[i + 1] ?? "");
      stream.respond(headers, { endStream: !bodyFollows });
    },
  };
}

function addHeader(headers: Record<string, string | string[] | number>, name: string, value: string): void {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else headers[name] = Array.isArray(before) ? [...before, value] : [String(before), value];
}
