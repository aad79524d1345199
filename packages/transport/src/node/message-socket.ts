import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import type { ByteStream } from "@skates/apimachinery";
import { assert, OperatingError } from "@skates/component-base";
import { WebSocket } from "ws";
import { BoundedQueue } from "../bounded-queue.ts";
import type { MessageSocket, SocketMessage } from "../message-socket.ts";
import { duplexOf } from "./socket-stream.ts";

/** A message larger than this is refused. Clients send input in pieces of 32 KB. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024;
/** What may be received and not yet read, or sent and not yet on its way, before the other side waits. */
const BUFFER_BYTES = 256 * 1024;
const CLOSES_NORMALLY: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** `Sec-WebSocket-Accept` for a client's key. */
export function webSocketAccept(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

/** A WebSocket on a connection whose handshake is done. */
export function messageSocket(stream: ByteStream, side: "client" | "server"): MessageSocket {
  const ws = detachedWebSocket();
  if (side === "client") Reflect.set(ws, "_isServer", false); // servers do not mask what they send, clients must
  const messages = new BoundedQueue<SocketMessage>({ limit: BUFFER_BYTES, weigh: ({ data }) => data.length });
  let failure: Error | undefined;
  ws.on("message", (data, binary) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
    if (messages.push({ binary, data: bytes })) return;
    ws.pause();
    void messages.room().then(() => ws.resume());
  });
  ws.on("error", (error) => {
    failure = new OperatingError("ProtocolViolation", `the peer does not follow WebSocket: ${error.message}`);
  });
  const closed = new Promise<void>((resolve) =>
    ws.once("close", (code) => {
      if (CLOSES_NORMALLY.has(code)) messages.end();
      else messages.fail(failure ?? new OperatingError("StreamClosed", `the connection was closed with code ${code}`));
      resolve();
    }),
  );
  takeConnection(ws, duplexOf(stream));
  return {
    messages,
    send: (data) =>
      new Promise((resolve, reject) => {
        if (ws.readyState !== WebSocket.OPEN)
          return reject(new OperatingError("StreamClosed", "the connection is closed"));
        ws.send(data, { binary: typeof data !== "string" }, (error) => {
          if (error === undefined || error === null) resolve();
          else reject(new OperatingError("StreamClosed", "the connection is closed", { cause: error }));
        });
        if (ws.bufferedAmount < BUFFER_BYTES) resolve();
      }),
    close: async (code, reason) => {
      ws.close(code, reason);
      ws.resume(); // the goodbye of the other side comes behind its messages
      await closed;
    },
    destroy: () => ws.terminate(),
  };
}

/** Times and limits of the library's own server. */
const WS_OPTIONS = {
  autoPong: true,
  maxPendingAutoPongs: 100,
  closeTimeout: 10_000,
  allowSynchronousEvents: true,
  maxPayload: MESSAGE_BYTES_MAX,
  skipUTF8Validation: true,
};

/**
 * The library makes these itself after a handshake. It has no public way to do so without one, and its own handshake would need an
 * HTTP server's request and would write the response that our transport has written.
 */
function detachedWebSocket(): WebSocket {
  const ws: unknown = Reflect.construct(WebSocket, [null, undefined, WS_OPTIONS]);
  assert(ws instanceof WebSocket, "ws has changed: it makes something else");
  return ws;
}

function takeConnection(ws: WebSocket, connection: Duplex): void {
  const setSocket: unknown = Reflect.get(ws, "setSocket");
  assert(typeof setSocket === "function", "ws has changed: it no longer takes a connection by setSocket");
  Reflect.apply(setSocket, ws, [connection, Buffer.alloc(0), WS_OPTIONS]);
}
