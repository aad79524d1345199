import { type ApiRequest, type ApiResponse, badRequest, type ByteStream } from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";
import type { MessageSocket } from "../message-socket.ts";
import { defaultServerLimits, type ServerLimits } from "../server-limits.ts";
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

/** Puts an answer into a WebSocket. Throws BadRequest and Forbidden. */
type OverWebSocket = (request: ApiRequest, answer: ApiResponse, messages: Messages) => ApiResponse;

/** For answers to those who want to have them over a WebSocket, as upstream offers for logs and watches. */
export function overWebSocket({ stallTimeoutMs }: ServerLimits = defaultServerLimits): OverWebSocket {
  return (request, { body }, messages) => {
    if (body.kind !== "bytes") throw badRequest("only a stream of bytes can be sent over a WebSocket");
    const offered = offeredProtocols(request);
    const protocol = messages === "lines" || offered.length === 0 ? "" : negotiate(offered, BYTE_PROTOCOLS).name;
    const base64 = protocol === "base64.binary.k8s.io";
    const source = messages === "lines" ? linesOf(body.chunks) : bytesOf(body.chunks, base64);
    return webSocketResponse(request, protocol, (stream) => pump(stream, source, stallTimeoutMs));
  };
}

/** Sends until there is no more, until the client leaves, or until it takes nothing for too long: then the source ends too. */
async function pump(
  stream: ByteStream,
  source: AsyncGenerator<Uint8Array | string>,
  stallTimeoutMs: number,
): Promise<void> {
  const socket = messageSocket(stream, "server");
  const client = presence(socket);
  try {
    for (;;) {
      const next = await client.whileHere(source.next());
      if (next === undefined || next.done === true) break;
      await sendInTime(socket, next.value, stallTimeoutMs);
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

async function sendInTime(socket: MessageSocket, message: Uint8Array | string, stallTimeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    const error = () => new OperatingError("StreamClosed", `the caller took nothing for ${stallTimeoutMs} ms`);
    timer = setTimeout(() => reject(error()), stallTimeoutMs);
  });
  try {
    await Promise.race([socket.send(message), stalled]);
  } finally {
    clearTimeout(timer);
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
