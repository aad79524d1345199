import { type AddressInfo, createServer as createPlainServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer, type TlsOptions } from "node:tls";
import { constants as tlsConstants } from "node:crypto";
import type { Handler } from "@skates/apimachinery";
import { type Clock, type Logger, messageOf } from "@skates/component-base";
import { defaultServerLimits, type ServerLimits } from "../server-limits.ts";
import { http1Server } from "./http1-server.ts";
import { http2Server } from "./http2-server.ts";
import { type ClientTrust, clientTrust } from "./client-trust.ts";
import { peerSource } from "./peer.ts";
import { opensslCiphers, STRONG_TLS, type TlsPolicy } from "./tls-policy.ts";
import type { ServerContext } from "./server-context.ts";

/** What a server shows and trusts, as PEM. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** CAs whose client certificates count. Others are accepted in the handshake, but their requests have no certificate. */
  readonly clientCas: readonly string[];
  /** CAs whose clients may speak for others by headers. */
  readonly frontProxyCas?: readonly string[] | undefined;
}

export interface ServeOptions {
  readonly handler: Handler;
  /** Without it the server speaks plain HTTP/1.1: for health and metrics on loopback. */
  readonly tls?: ServerTls | undefined;
  /** Default `STRONG_TLS`. */
  readonly policy?: TlsPolicy | undefined;
  /** Address to listen on; `::` takes IPv4 too. */
  readonly address: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly limits?: Partial<ServerLimits> | undefined;
  readonly log: Logger;
  readonly clock: Clock;
}

export interface ServingHandle {
  readonly port: number;
  readonly address: string;
  /**
   * Connections made from now on see the new certificate and CAs. On those that are open, certificates of CAs that are no longer
   * there stop to count. Throws when a PEM cannot be read, and changes nothing.
   */
  replaceTls(tls: ServerTls): void;
  /** How many connections are open. */
  connections(): number;
  /**
   * Takes no further connections and requests, ends watches in good order, and gives what is under way `graceMs` (default 2 s) to
   * end; then cuts it. Resolves when every connection is closed.
   */
  close(options?: { readonly graceMs?: number | undefined }): Promise<void>;
}

/**
 * Serves a handler over TLS with HTTP/1.1 and HTTP/2, chosen by ALPN. Rejects with the system's error (`EADDRINUSE`, …) if it
 * cannot listen.
 */
export async function serveHandler(options: ServeOptions): Promise<ServingHandle> {
  const { log, clock, policy = STRONG_TLS } = options;
  const limits = { ...defaultServerLimits, ...options.limits };
  const context: ServerContext = { handler: options.handler, limits, log, clock, closing: false, endings: new Set() };
  const http1 = http1Server(context);
  const http2 = http2Server(context);
  const sockets = new Set<Socket>();
  const addresses = new Map<string, number>();
  let trust = trustOf(options.tls);

  /** Called with connections as they come in, before TLS. */
  const track = (socket: Socket): void => {
    const from = socket.remoteAddress ?? "";
    const before = addresses.get(from) ?? 0;
    if (before >= limits.connectionsPerAddressMax) return void socket.destroy();
    addresses.set(from, before + 1);
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      const left = (addresses.get(from) ?? 1) - 1;
      if (left === 0) addresses.delete(from);
      else addresses.set(from, left);
    });
    socket.setKeepAlive(true, 30_000);
  };
  /** Called with connections that are ready for HTTP. */
  const connect = (socket: Socket, protocol: string | false | null): void => {
    socket.on("error", (error) => log.debug("connection failed", { error: messageOf(error) }));
    const peer = peerSource(socket, clock, () => trust);
    if (protocol === "h2") http2.connect(socket, peer);
    else http1.connect(socket, peer);
  };
  const listener =
    options.tls === undefined
      ? plainListener(connect)
      : tlsListener(secureOptions(options.tls, policy), { limits, log, connect });
  listener.server.on("connection", track);
  listener.server.maxConnections = limits.connectionsMax;
  const at = await listen(listener.server, options);
  listener.server.on("error", (error) => log.error("cannot accept connections", { error: error.message }));

  return {
    port: at.port,
    address: at.address,
    replaceTls: (tls) => {
      const next = trustOf(tls);
      listener.tls?.setSecureContext(secureOptions(tls, policy));
      trust = next;
    },
    connections: () => sockets.size,
    close: async ({ graceMs = 2_000 } = {}) => {
      context.closing = true;
      const closed = new Promise<void>((resolve) => listener.server.close(() => resolve()));
      http2.close();
      http1.close();
      for (const end of context.endings) end();
      const timer = new AbortController();
      const grace = clock.sleep(graceMs, timer.signal).then(
        () => sockets.forEach((socket) => socket.destroy()),
        () => undefined, // all closed in time
      );
      await closed;
      timer.abort();
      await grace;
    },
  };
}

function trustOf(tls: ServerTls | undefined): ClientTrust {
  return clientTrust(tls?.clientCas ?? [], tls?.frontProxyCas ?? []);
}

interface Listener {
  readonly server: Server;
  readonly tls?: TlsServer;
}

type Connect = (socket: Socket, protocol: string | false | null) => void;

function plainListener(connect: Connect): Listener {
  return { server: createPlainServer({ noDelay: true }, (socket) => connect(socket, null)) };
}

function tlsListener(
  secure: TlsOptions,
  { limits, log, connect }: { readonly limits: ServerLimits; readonly log: Logger; readonly connect: Connect },
): Listener {
  const options: TlsOptions & { noDelay: boolean } = {
    ...secure,
    ALPNProtocols: ["h2", "http/1.1"],
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: limits.handshakeTimeoutMs,
    noDelay: true, // without it lists over HTTP/1.1 take twice as long
  };
  const server = createTlsServer(options, (socket) => connect(socket, socket.alpnProtocol));
  server.on("tlsClientError", (error, socket) => {
    log.debug("TLS handshake failed", { error: error.message });
    socket.destroy(); // after a timeout nobody else does
  });
  return { server, tls: server };
}

/** Sessions cannot be resumed: a resumed one would carry a certificate that was checked against CAs of long ago. */
function secureOptions(tls: ServerTls, policy: TlsPolicy): TlsOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    ca: [...tls.clientCas, ...(tls.frontProxyCas ?? [])],
    minVersion: policy.minVersion,
    ciphers: opensslCiphers(policy),
    honorCipherOrder: true,
    secureOptions: tlsConstants.SSL_OP_NO_TICKET,
  };
}

function listen(server: Server, { address, port }: ServeOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port, backlog: 1024 }, () => {
      server.off("error", reject);
      const at = server.address();
      if (at === null || typeof at === "string") return reject(new Error("the server has no port"));
      resolve(at);
    });
  });
}
