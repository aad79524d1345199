import {
  connect as connectH2,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from "node:http2";
import { type Agent, request as httpsRequest, type RequestOptions } from "node:https";
import { connect as connectTls } from "node:tls";
import { type ApiResponse, type Handler, StatusError } from "@skates/apimachinery";
import type { KeyPair } from "@skates/pki";
import { type TestingPki, type TestingServer, testingPki, testingServer, textResponse } from "./server-testing.ts";

/** A server on loopback whose handler shows what has reached it, and clients of Node.js for both versions of HTTP. For tests. */
export interface ServerProbe {
  readonly pki: TestingPki;
  /** With short times and few resets, so that limits are reached quickly. */
  readonly server: TestingServer;
  readonly handler: Handler;
  /** Over HTTP/1.1. */
  ask1(path: string, ask?: Ask): Promise<Answer>;
  /** Over HTTP/2. */
  ask2(path: string, ask?: Ask): Promise<Answer>;
  session(client?: KeyPair, to?: TestingServer): ClientHttp2Session;
  /** Writes raw text and returns all that comes back until the server closes. */
  raw(text: string | readonly string[]): Promise<string>;
  /** How many answers have ended because their caller left. */
  aborted(): number;
  /** How many chunks of `/lent` were said to be sent. */
  givenBack(): number;
  close(): Promise<void>;
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What is asked, beyond the path. */
export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly agent?: Agent;
  readonly body?: string;
  readonly client?: KeyPair;
  readonly to?: TestingServer;
}

/** Starts it. */
export async function serverProbe(): Promise<ServerProbe> {
  const calls = { ticks: 0, aborted: 0, givenBack: 0 };
  const handler = probeHandler(calls);
  const pki = await testingPki();
  const server = await testingServer(handler, {
    tls: { ...pki.server, clientCas: [pki.ca.cert] },
    limits: { headersTimeoutMs: 300, bodyTimeoutMs: 300, stallTimeoutMs: 300, resetsMax: 20, resetsPerSecond: 1 },
  });
  const ca = pki.ca.cert;
  const session: ServerProbe["session"] = (client, to = server) => {
    const made = connectH2(to.url, { ca, ...client });
    made.on("error", () => undefined);
    return made;
  };
  return {
    pki,
    server,
    handler,
    session,
    ask1: (path, ask = {}) => ask1({ port: (ask.to ?? server).port, path, ca }, ask),
    ask2: (path, ask = {}) => ask2(session(ask.client, ask.to), path, ask),
    raw: (text) => raw({ port: server.port, ca }, text),
    aborted: () => calls.aborted,
    givenBack: () => calls.givenBack,
    close: () => server.close({ graceMs: 0 }),
  };
}

function ask1(to: { readonly port: number; readonly path: string; readonly ca: string }, ask: Ask): Promise<Answer> {
  const options: RequestOptions = {
    host: "127.0.0.1",
    ...to,
    method: ask.method ?? "GET",
    headers: { ...ask.headers },
    ...ask.client,
    agent: ask.agent ?? false,
  };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (c) => chunks.push(c));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on("error", reject);
    request.end(ask.body);
  });
}

async function ask2(made: ClientHttp2Session, path: string, ask: Ask): Promise<Answer> {
  try {
    return await new Promise((resolve, reject) => {
      const stream = made.request(
        { ":method": ask.method ?? "GET", ":path": path, ...ask.headers },
        { endStream: ask.body === undefined },
      );
      const chunks: Buffer[] = [];
      let head: IncomingHttpHeaders & IncomingHttpStatusHeader = {};
      made.on("error", reject);
      stream.on("response", (headers) => (head = headers));
      stream.on("data", (c) => chunks.push(c));
      stream.on("error", reject);
      stream.on("end", () =>
        resolve({ status: head[":status"] ?? 0, headers: head, text: Buffer.concat(chunks).toString() }),
      );
      if (ask.body !== undefined) stream.end(ask.body);
    });
  } finally {
    made.close();
  }
}

function raw(to: { readonly port: number; readonly ca: string }, text: string | readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({ host: "127.0.0.1", ...to }, () => {
      for (const part of typeof text === "string" ? [text] : text) socket.write(part);
    });
    let out = "";
    socket.on("data", (c) => (out += c));
    socket.on("error", () => resolve(out));
    socket.on("close", () => resolve(out));
  });
}

interface Calls {
  ticks: number;
  aborted: number;
  givenBack: number;
}

function probeHandler(calls: Calls): Handler {
  return async (request) => {
    switch (request.path) {
      case "/who":
        return json("tls" in request.peer ? (request.peer.tls.certificate ?? null) : null);
      case "/echo": {
        if (request.body.kind !== "bytes") return json({ body: request.body.kind });
        try {
          const bytes = await request.body.read(1000);
          return json({ mediaType: request.body.mediaType, bytes: bytes.length, text: Buffer.from(bytes).toString() });
        } catch (thrown) {
          if (thrown instanceof StatusError) return json(thrown.toStatus(), thrown.code);
          throw thrown;
        }
      }
      case "/refuse":
        return json({ refused: true }, 403);
      case "/request":
        return json({
          method: request.method,
          path: request.path,
          query: [...request.query],
          headers: request.headers,
        });
      case "/watch":
        return {
          status: 200,
          headers: {},
          body: { kind: "bytes", mediaType: "application/json;stream=watch", chunks: endless(calls, request.signal) },
        };
      case "/large":
        return {
          status: 200,
          headers: {},
          body: {
            kind: "bytes",
            mediaType: "text/plain",
            chunks: Array.from({ length: 300 }, (_, i) => Buffer.alloc(17_000, 97 + (i % 26))),
          },
        };
      case "/lent":
        return { status: 200, headers: {}, body: { kind: "bytes", mediaType: "text/plain", ...lent(calls) } };
      case "/none":
        return { status: 204, headers: {}, body: { kind: "none" } };
      case "/hang":
        await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
        calls.aborted++;
        return textResponse("too late");
      case "/throw":
        throw new Error("a bug");
      default:
        return textResponse("plain");
    }
  };
}

function json(value: unknown, status = 200): ApiResponse {
  return {
    status,
    headers: { "audit-id": "a1" },
    warnings: ["299 - one", "299 - two"],
    body: { kind: "json", value },
  };
}

async function* endless(calls: Calls, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      yield Buffer.from(`{"tick":${++calls.ticks}}\n`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    if (signal.aborted) calls.aborted++;
  }
}

/** Two hundred chunks in memory that is used again, and spoilt, as soon as a chunk is said to be sent. */
function lent(calls: Calls): { readonly chunks: AsyncIterable<Uint8Array>; sent(chunk: Uint8Array): void } {
  const free: Uint8Array[] = [];
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 200; i++) yield (free.pop() ?? Buffer.alloc(100_000)).fill(97 + (i % 26));
  }
  return {
    chunks: chunks(),
    sent: (chunk) => {
      calls.givenBack++;
      free.push(chunk.fill(33));
    },
  };
}
