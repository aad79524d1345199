import { type ApiRequest, type ApiResponse, badRequest, type ByteStream } from "@skates/apimachinery";
import type { MessageSocket } from "../message-socket.ts";
import { messageSocket } from "./message-socket.ts";
import { negotiate, offeredProtocols, webSocketResponse } from "./web-socket-handshake.ts";

/** How an answer of bytes is cut into messages. */
export type Messages =
  /** A text message for each line, as events of a watch come. */
  | "lines"
  /** Binary messages (`binary.k8s.io`, or no protocol) or texts in base64 (`base64.binary.k8s.io`), after an empty one. */
  | "bytes";

const BYTE_PROTOCOLS = [{ name: "" }, { name: "binary.k8s.io" }, { name: "base64.binary.k8s.io" }];
/** Longer lines are an event that nobody could have stored. */
const LINE_BYTES_MAX = 16 << 20;
const NEWLINE = 0x0a;

/** An answer to somebody who wants to have it over a WebSocket, as upstream offers for logs and watches. Throws BadRequest and Forbidden. */
export function overWebSocket(request: ApiRequest, answer: ApiResponse, messages: Messages): ApiResponse {
  const { body } = answer;
  if (body.kind !== "bytes") throw badRequest("only a stream of bytes can be sent over a WebSocket");
  const offered = offeredProtocols(request);
  const protocol = messages === "lines" || offered.length === 0 ? "" : negotiate(offered, BYTE_PROTOCOLS).name;
  const base64 = protocol === "base64.binary.k8s.io";
  const source = messages === "lines" ? linesOf(body.chunks) : bytesOf(body.chunks, base64);
  return webSocketResponse(request, protocol, (stream) => pump(stream, source));
}

/** Sends until there is no more, or until the client leaves: then the source ends too. */
async function pump(stream: ByteStream, source: AsyncGenerator<Uint8Array | string>): Promise<void> {
  const socket = messageSocket(stream, "server");
  const client = presence(socket);
  try {
    for (;;) {
      const next = await client.whileHere(source.next());
      if (next === undefined || next.done === true) break;
      await socket.send(next.value);
    }
    await socket.close(1000, "");
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    // A source that waits for its next chunk ends only when the request does, which its connection's end has brought about.
    void source.return(undefined).catch(() => undefined);
  }
}

/** Whether the client is still there. Each wait is forgotten when it is over: `Promise.race` would keep all that was ever sent. */
function presence(socket: MessageSocket) {
  let here = true;
  let onLeave = (): void => undefined;
  void untilClosed(socket).then(() => {
    here = false;
    onLeave();
  });
  return {
    /** What the promise gives; undefined: the client has left before. */
    whileHere: <T>(promise: Promise<T>): Promise<T | undefined> =>
      new Promise((resolve, reject) => {
        onLeave = () => resolve(undefined);
        promise.then(resolve, reject);
        if (!here) onLeave();
      }),
  };
}

/** What the client says is of no interest; that it goes is. */
async function untilClosed(socket: MessageSocket): Promise<void> {
  try {
    for await (const _message of socket.messages);
  } catch {
    // Gone in another way.
  }
}

async function* bytesOf(chunks: Chunks, base64: boolean): AsyncGenerator<Uint8Array | string> {
  yield base64 ? "" : new Uint8Array();
  for await (const chunk of chunks) yield base64 ? Buffer.from(chunk).toString("base64") : chunk;
}

async function* linesOf(chunks: Chunks): AsyncGenerator<string> {
  let begun: readonly Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...begun, chunk.subarray(start, end + 1)]).toString();
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun = [...begun, chunk.subarray(start)];
    if (begun.reduce((sum, part) => sum + part.length, 0) > LINE_BYTES_MAX) return;
  }
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
