import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";
import type { Dispatcher, Pool } from "undici";
import { clientError } from "./client-error.ts";
import { singleHeaders } from "./request-headers.ts";
import { sharedSignal } from "./shared-signal.ts";
import { type UpgradeTarget, upgradeRequest } from "./upgrade-request.ts";

export interface HttpsHandlerOptions {
  /** `https://host:port`, with a path that is put before each request's, or `http://` for a plain server. */
  readonly server: string;
  /** PEM of the CAs to trust. Default: those of the system. */
  readonly ca?: string | undefined;
  /** Client certificate and key, PEM. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Bearer token, asked for at each request; requests that bring their own `authorization` keep it. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** The name to verify and to ask for, where it is not the host of `server`. */
  readonly serverName?: string | undefined;
  /** Sent as `Host`, where that is not the host of `server`. */
  readonly hostHeader?: string | undefined;
  /** Accepts any certificate. */
  readonly insecure?: boolean | undefined;
  readonly userAgent?: string | undefined;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** From sending a request to the head of its response. Default 70 s, longer than the 60 s that servers allow themselves. */
  readonly headersTimeoutMs?: number | undefined;
  /** Connections at one time; a watch holds one. Default 1,000. */
  readonly connectionsMax?: number | undefined;
}

export interface HttpsClient {
  /**
   * Sends requests to the server. Bodies of responses stream: read them to the end or leave the loop, else their connection is held.
   * Redirects are not followed and nothing is sent twice. Rejects with an OperatingError `ConnectFailed`, `ConnectionLost` or
   * `ResponseTimeout`, or with `signal.reason`. A body that breaks off throws `ResponseCut`.
   */
  readonly handler: Handler;
  /** Closes idle connections at once, and all that is under way too. */
  close(): Promise<void>;
}

/** A server reached over HTTP/1.1 and TLS, with kept-alive connections, as a Handler. The library is loaded at the first request. */
export function httpsHandler(options: HttpsHandlerOptions): HttpsClient {
  const server = new URL(options.server);
  const base = server.pathname.replace(/\/$/, "");
  let pool: Promise<Pool> | undefined;
  let closed = false;

  const handler: Handler = async (request) => {
    if (closed) throw new OperatingError("ConnectFailed", `the client of ${server.origin} is closed`);
    request.signal.throwIfAborted();
    const headers = await requestHeaders(options, request);
    const target = request.query.size === 0 ? base + request.path : `${base}${request.path}?${request.query}`;
    if (request.upgrade !== undefined)
      return await upgradeRequest(upgradeTarget(options, server), request, { headers, target });
    pool ??= makePool(options, server);
    return await send(await pool, request, { headers, target, origin: server.origin });
  };
  return {
    handler,
    close: async () => {
      closed = true;
      await (await pool)?.destroy();
    },
  };
}

async function makePool(options: HttpsHandlerOptions, server: URL): Promise<Pool> {
  // By its default: a bundle gives CommonJS packages no other name.
  const { default: undici } = await import("undici");
  return new undici.Pool(server.origin, {
    connections: options.connectionsMax ?? 1_000,
    connectTimeout: options.connectTimeoutMs ?? 10_000,
    headersTimeout: options.headersTimeoutMs ?? 70_000,
    bodyTimeout: 0, // watches are silent for as long as nothing happens; the caller bounds what it wants bounded
    keepAliveTimeout: 60_000,
    maxHeaderSize: 128 * 1024,
    allowH2: false, // seven times slower
    connect: { ...tlsOptions(options), keepAlive: true, keepAliveInitialDelay: 30_000 },
  });
}

interface TlsClientOptions {
  readonly rejectUnauthorized: boolean;
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
}

function tlsOptions(options: HttpsHandlerOptions): TlsClientOptions {
  const { ca, cert, key, serverName } = options;
  return {
    rejectUnauthorized: options.insecure !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

function upgradeTarget(options: HttpsHandlerOptions, server: URL): UpgradeTarget {
  return {
    secure: server.protocol === "https:",
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port === "" ? (server.protocol === "https:" ? 443 : 80) : server.port),
    tls: tlsOptions(options),
    timeoutMs: options.headersTimeoutMs ?? 70_000,
  };
}

/** Headers of the connection: the client's own business. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "keep-alive",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "expect",
  "te",
  "trailer",
  "proxy-connection",
]);

type SentHeaders = Record<string, string | string[]>;

async function requestHeaders(options: HttpsHandlerOptions, request: ApiRequest): Promise<SentHeaders> {
  const out: SentHeaders = {};
  for (const [name, value] of Object.entries(request.headers)) if (!OWN_HEADERS.has(name)) out[name] = value;
  for (const [name, values] of Object.entries(request.repeatedHeaders ?? {})) {
    // Whoever has changed the header on the way has the last word.
    if (out[name] === values.join(", ")) out[name] = [...values];
  }
  if (options.hostHeader !== undefined) out["host"] = options.hostHeader;
  if (options.userAgent !== undefined) out["user-agent"] ??= options.userAgent;
  const { body } = request;
  if (body.kind === "bytes" && body.mediaType !== "") out["content-type"] ??= body.mediaType;
  if (body.kind === "object") out["content-type"] ??= "application/json";
  const { token } = options;
  if (token !== undefined && out["authorization"] === undefined)
    out["authorization"] = `Bearer ${typeof token === "string" ? token : await token()}`;
  return out;
}

interface Sending {
  readonly headers: SentHeaders;
  readonly target: string;
  readonly origin: string;
}

async function send(pool: Pool, request: ApiRequest, { headers, target, origin }: Sending): Promise<ApiResponse> {
  const body = await bodyBytes(request);
  const signal = sharedSignal(request.signal);
  let response: Dispatcher.ResponseData;
  try {
    response = await pool.request({ method: request.method, path: target, headers, body, signal });
  } catch (thrown) {
    throw clientError(thrown, origin, signal);
  }
  const received = singleHeaders(response.headers);
  for (const name of OWN_HEADERS) delete received[name];
  const bodyless = request.method === "HEAD" || response.statusCode === 204 || response.statusCode === 304;
  if (bodyless) await response.body.dump();
  return {
    status: response.statusCode,
    headers: received,
    body: bodyless
      ? { kind: "none" }
      : { kind: "bytes", mediaType: received["content-type"] ?? "", chunks: chunksOf(response.body, signal) },
  };
}

async function bodyBytes({ body }: ApiRequest): Promise<Uint8Array | null> {
  switch (body.kind) {
    case "none":
      return null;
    case "object":
      return Buffer.from(JSON.stringify(body.object));
    case "bytes":
      return await body.read(Number.MAX_SAFE_INTEGER);
  }
}

/** One reader; leaving its loop, also before the first chunk, ends the response. */
function chunksOf(body: Dispatcher.ResponseData["body"], signal: AbortSignal): AsyncIterable<Uint8Array> {
  body.on("error", () => undefined); // told to the reader; without one nobody is interested
  const source: AsyncIterator<unknown> = body[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        try {
          const next = await source.next();
          if (next.done === true) return { done: true, value: undefined };
          if (!(next.value instanceof Uint8Array)) throw new Error("a chunk that is not bytes");
          return { done: false, value: next.value };
        } catch (thrown) {
          if (signal.aborted) throw signal.reason;
          throw new OperatingError("ResponseCut", "the response broke off", { cause: thrown });
        }
      },
      return: () => {
        body.destroy();
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
}
