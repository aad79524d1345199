import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createConnection } from "node:net";
import { asError, OperatingError } from "@skates/component-base";
import type { Forwarder } from "../resolver.ts";

/** How long one server may take before the next is asked, ms. */
const TRY_MS = 1_500;
/** Rounds over all servers. */
const ROUNDS = 2;
const DNS_PORT = 53;

/** Addresses of the `nameserver` lines of a resolv.conf, without those in `exclude` (ourselves: a loop). */
export function nameServersOf(resolvConf: string, exclude: readonly string[]): readonly string[] {
  return resolvConf
    .split("\n")
    .map((line) => /^\s*nameserver\s+([0-9a-fA-F.:]+)/.exec(line)?.[1])
    .filter((address): address is string => address !== undefined && !exclude.includes(address));
}

/** Asks the servers in turn, each question from a fresh port and under a fresh id, so that answers cannot be guessed. */
export function forwardTo(servers: readonly string[], port = DNS_PORT): Forwarder {
  return async (packet, transport, signal) => {
    let last: unknown = new OperatingError("NoNameServer", "the machine names no other name server");
    for (let round = 0; round < ROUNDS; round++) {
      for (const server of servers) {
        signal.throwIfAborted();
        const ask = Buffer.from(packet);
        const id = randomInt(0x1_0000);
        ask.writeUInt16BE(id, 0);
        try {
          const reply = await (transport === "udp" ? overUdp : overTcp)(ask, server, port, signal);
          reply.writeUInt16BE(Buffer.from(packet).readUInt16BE(0), 0);
          return reply;
        } catch (error) {
          last = error;
        }
      }
    }
    throw last;
  };
}

function timedOut(server: string): OperatingError {
  return new OperatingError("NameServerSilent", `name server ${server} did not answer within ${TRY_MS} ms`);
}

/** True if `reply` answers this very question. */
function answers(ask: Buffer, reply: Buffer): boolean {
  if (reply.length < 12 || reply.readUInt16BE(0) !== ask.readUInt16BE(0) || (reply.readUInt8(2) & 0x80) === 0)
    return false;
  const end = ask.indexOf(0, 12) + 5;
  return (
    reply.subarray(12, end).toString("latin1").toLowerCase() === ask.subarray(12, end).toString("latin1").toLowerCase()
  );
}

function overUdp(ask: Buffer, server: string, port: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(server.includes(":") ? "udp6" : "udp4");
    let finished = false;
    const finish = (act: () => void): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.removeAllListeners("message").close();
      act();
    };
    const fail = (error: Error): void => finish(() => reject(error));
    const onAbort = (): void => fail(asError(signal.reason));
    const timer = setTimeout(() => fail(timedOut(server)), TRY_MS);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.on("error", fail);
    socket.on("message", (reply) => {
      if (answers(ask, reply)) finish(() => resolve(reply));
    });
    // Connected: the kernel drops packets from anybody else. Told of a server that cannot be reached, and late, once all is over.
    socket.connect(port, server, (error?: Error) => {
      if (error !== undefined) fail(error);
      else if (!finished) socket.send(ask);
    });
  });
}

function overTcp(ask: Buffer, server: string, port: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const connection = createConnection({ host: server, port, timeout: TRY_MS });
    let got: Buffer = Buffer.alloc(0);
    const finish = (act: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      connection.destroy();
      act();
    };
    const onAbort = (): void => finish(() => reject(signal.reason));
    signal.addEventListener("abort", onAbort, { once: true });
    connection.on("timeout", () => finish(() => reject(timedOut(server))));
    connection.on("error", (error) => finish(() => reject(error)));
    connection.on("end", () => finish(() => reject(timedOut(server))));
    connection.on("data", (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return;
      const reply = Buffer.from(got.subarray(2, 2 + got.readUInt16BE(0)));
      finish(() =>
        answers(ask, reply)
          ? resolve(reply)
          : reject(new OperatingError("NameServerConfused", `name server ${server} answered another question`)),
      );
    });
    const head = Buffer.alloc(2);
    head.writeUInt16BE(ask.length);
    connection.write(Buffer.concat([head, ask]));
  });
}
