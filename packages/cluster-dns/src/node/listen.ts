import { createSocket, type Socket } from "node:dgram";
import { createServer, type Server, type Socket as Connection } from "node:net";
import { type Clock, OperatingError } from "@skates/component-base";
import type { Resolver } from "../resolver.ts";
import { type DnsLimits, SourceLimits } from "../source-limits.ts";

export interface DnsListener {
  /** The same for UDP and TCP. */
  readonly port: number;
  close(): Promise<void>;
}

/** A connection over TCP may stay silent so long. */
const IDLE_MS = 10_000;
/** Tries to find a port that is free for both protocols. */
const PORT_TRIES = 20;

export interface ListenDnsOptions {
  readonly address: string;
  readonly port: number;
  readonly resolve: Resolver;
  readonly clock: Clock;
  /** Default `DNS_LIMITS`. */
  readonly limits?: DnsLimits | undefined;
}

interface Served extends Pick<ListenDnsOptions, "address" | "port" | "resolve"> {
  readonly limits: SourceLimits;
}

/** Answers on UDP and TCP, within limits for each address and for all. Port 0: any that is free for both. */
export async function listenDns({ clock, limits: bounds, ...rest }: ListenDnsOptions): Promise<DnsListener> {
  const options: Served = { ...rest, limits: new SourceLimits(clock, bounds) };
  const abort = new AbortController();
  for (let attempt = 1; ; attempt++) {
    const tcp = await listenTcp(options, abort.signal);
    const bound = tcp.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : options.port;
    try {
      const udp = await listenUdp({ ...options, port }, abort.signal);
      return { port, close: () => close(tcp, udp, abort) };
    } catch (error) {
      tcp.close();
      if (options.port !== 0 || attempt === PORT_TRIES) throw error;
    }
  }
}

async function close(tcp: Server, udp: Socket, abort: AbortController): Promise<void> {
  abort.abort();
  await Promise.all([
    new Promise<void>((done) => udp.close(() => done())),
    new Promise<void>((done) => tcp.close(() => done())),
  ]);
}

function inUse(address: string, port: number, cause: unknown): OperatingError {
  return new OperatingError("ListenFailed", `DNS cannot listen on ${address}:${port}`, { cause });
}

function listenUdp({ address, port, resolve, limits }: Served, signal: AbortSignal): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (packet, from) => {
    const done = limits.question(from.address);
    if (done === undefined) return;
    void resolve(packet, "udp", signal).then((reply) => {
      done();
      if (reply !== undefined && !signal.aborted) socket.send(reply, from.port, from.address, () => undefined);
    });
  });
  return new Promise((done, fail) => {
    socket.once("error", (cause) => fail(inUse(address, port, cause)));
    socket.bind(port, address, () => {
      // A client that has gone makes the next receive fail: that concerns nobody else.
      socket.removeAllListeners("error").on("error", () => undefined);
      done(socket);
    });
  });
}

function listenTcp({ address, port, resolve, limits }: Served, signal: AbortSignal): Promise<Server> {
  const server = createServer((connection) => {
    const source = connection.remoteAddress ?? "";
    const closed = limits.connection(source);
    if (closed === undefined) return void connection.destroy();
    connection.once("close", closed);
    const bounded: Resolver = async (packet, transport, gone) => {
      const done = limits.question(source);
      try {
        return done === undefined ? undefined : await resolve(packet, transport, gone);
      } finally {
        done?.();
      }
    };
    serveConnection(connection, bounded, signal);
  });
  return new Promise((done, fail) => {
    server.once("error", (cause) => fail(inUse(address, port, cause)));
    server.listen(port, address, () => done(server));
  });
}

/** Queries one after the other, each behind its length in two bytes. */
function serveConnection(connection: Connection, resolve: Resolver, parent: AbortSignal): void {
  const gone = new AbortController();
  const signal = AbortSignal.any([parent, gone.signal]);
  let pending: Buffer = Buffer.alloc(0);
  let work: Promise<void> = Promise.resolve();
  signal.addEventListener("abort", () => connection.destroy(), { once: true });
  connection.setTimeout(IDLE_MS, () => connection.destroy());
  connection.on("close", () => gone.abort());
  connection.on("error", () => connection.destroy());
  connection.on("data", (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    connection.pause();
    work = work.then(drain);
  });

  async function drain(): Promise<void> {
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const length = pending.readUInt16BE(0);
      const packet = pending.subarray(2, 2 + length);
      pending = pending.subarray(2 + length);
      const reply = await resolve(packet, "tcp", signal);
      if (reply === undefined || connection.destroyed) {
        connection.destroy();
        return;
      }
      const head = Buffer.alloc(2);
      head.writeUInt16BE(reply.length);
      connection.write(Buffer.concat([head, reply]));
    }
    connection.resume();
  }
}
