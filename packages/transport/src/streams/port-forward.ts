import type { ByteStream } from "@skates/apimachinery";
import { type Clock, messageOf, OperatingError } from "@skates/component-base";
import { joinStreams } from "../byte-streams.ts";
import type { SpdySession } from "../spdy/session.ts";
import type { SpdyStream } from "../spdy/stream.ts";

/** The protocol inside SPDY, and the subprotocol of WebSocket that carries that SPDY. */
export const PORT_FORWARD_PROTOCOL = "portforward.k8s.io";
export const PORT_FORWARD_TUNNEL = "SPDY/3.1+portforward.k8s.io";

/** How long the second stream of a connection may stay away. */
const PAIR_MS_MAX = 30_000;

/** One connection that a client made to its local port. */
export interface ForwardedConnection {
  /** The port of the pod. */
  readonly port: number;
  readonly stream: ByteStream;
  /** Aborts when the client has left. */
  readonly signal: AbortSignal;
}

interface ServedForward {
  readonly session: SpdySession;
  readonly incoming: AsyncIterable<SpdyStream>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/**
 * Serves port forwarding until the client leaves. `forward` handles one connection and resolves when it is over; the text of what it
 * throws is what kubectl prints.
 */
export async function servePortForward(
  { session, incoming, signal, clock }: ServedForward,
  forward: (connection: ForwardedConnection) => Promise<void>,
): Promise<void> {
  const gone = new AbortController();
  void session.closed.then(() => gone.abort(new OperatingError("CallerGone", "the client closed the connection")));
  const left = AbortSignal.any([signal, gone.signal]);
  const halves = new Map<string, { readonly error?: SpdyStream; readonly data?: SpdyStream }>();
  const serve = async (port: number, error: SpdyStream, data: SpdyStream): Promise<void> => {
    try {
      await forward({ port, stream: data, signal: left });
    } catch (thrown) {
      await error.write(new TextEncoder().encode(messageOf(thrown)));
    }
    await error.end();
    await data.end();
  };
  const expire = async (id: string): Promise<void> => {
    await clock.sleep(PAIR_MS_MAX, left);
    const half = halves.get(id);
    halves.delete(id);
    half?.error?.destroy();
    half?.data?.destroy();
  };
  for await (const stream of incoming) {
    const { streamtype: type = "", requestid: id = "", port: portText = "" } = stream.headers;
    const port = Number(portText);
    if ((type !== "error" && type !== "data") || !(Number.isInteger(port) && port > 0 && port <= 65_535)) {
      stream.destroy();
      continue;
    }
    const known = halves.get(id);
    const pair = { ...known, [type]: stream };
    halves.set(id, pair);
    if (known === undefined) expire(id).catch(() => undefined); // the client left, and all streams with it
    if (pair.error === undefined || pair.data === undefined) continue;
    halves.delete(id);
    serve(port, pair.error, pair.data).catch(() => undefined); // nobody is left to be told
  }
  await session.closed;
}

/** The client's end of port forwarding. */
export interface PortForwarder {
  /** A connection to a port of the pod. */
  open(port: number): Promise<RemoteConnection>;
  /** Resolves when the connection to the server has ended. */
  readonly closed: Promise<Error | undefined>;
  close(): void;
}

export interface RemoteConnection {
  readonly stream: ByteStream;
  /** Resolves when the connection is over: what went wrong, or `undefined`. */
  readonly failure: Promise<string | undefined>;
}

/** Forwards ports over a SPDY connection. */
export function portForwarder(session: SpdySession): PortForwarder {
  let nextRequest = 0;
  return {
    open: async (port) => {
      const shared = { port: String(port), requestid: String(nextRequest++) };
      const [error, data] = await Promise.all([
        session.open({ streamtype: "error", ...shared }),
        session.open({ streamtype: "data", ...shared }),
      ]);
      await error.end(); // only the other side writes
      return { stream: data, failure: textOf(error).then((text) => (text === "" ? undefined : text)) };
    },
    closed: session.closed,
    close: () => session.destroy(),
  };
}

/** Handles forwarded connections by passing them on, as between a client and a container runtime. */
export function relayPortForward(forwarder: PortForwarder): (connection: ForwardedConnection) => Promise<void> {
  return async ({ port, stream }) => {
    const remote = await forwarder.open(port);
    const failed = remote.failure.then((text) => {
      if (text !== undefined) throw new OperatingError("StreamClosed", text);
    });
    try {
      await Promise.all([joinStreams(stream, remote.stream), failed]);
    } catch (thrown) {
      remote.stream.destroy();
      throw thrown;
    }
  };
}

async function textOf(stream: SpdyStream): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream.readable) text += decoder.decode(chunk, { stream: true });
  return text;
}
