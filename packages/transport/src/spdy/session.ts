import type { ByteStream } from "@skates/apimachinery";
import { asError, messageOf, OperatingError } from "@skates/component-base";
import { BoundedQueue } from "../bounded-queue.ts";
import { encodeFrame, SPDY_RST, type SpdyFrame, SpdyFrameReader, violation } from "./frames.ts";
import { HeaderBlockWriter, type HeaderInflater, parseHeaderBlock, type SpdyHeaders } from "./header-block.ts";

/** One stream of a connection: bytes both ways, each direction with an end of its own. */
export interface SpdyStream extends ByteStream {
  readonly id: number;
  /** Those the opener sent. */
  readonly headers: SpdyHeaders;
}

export interface SpdySessionOptions {
  /** Clients open streams with odd numbers, servers with even ones. */
  readonly side: "client" | "server";
  readonly inflater: HeaderInflater;
  /** Streams that the peer opens. Answered at once; without it they are refused. */
  readonly onStream?: ((stream: SpdyStream) => void) | undefined;
}

/**
 * SPDY/3.1 as Kubernetes speaks it. The peers (spdystream) neither send window updates nor wait for them, so neither do we: when a
 * stream is not read, the whole connection waits, as with them. Throws `ProtocolViolation` and `StreamClosed`.
 */
export interface SpdySession {
  /** Opens a stream; resolves once the peer has accepted it. Data sent earlier would be dropped by spdystream. */
  open(headers: SpdyHeaders): Promise<SpdyStream>;
  /** Resolves when the connection has ended, with its failure if it broke. */
  readonly closed: Promise<Error | undefined>;
  /** Says goodbye and ends the connection; what was written before still arrives. */
  close(): Promise<void>;
  destroy(error?: Error): void;
}

/** What a stream may hold unread before the connection waits. */
const STREAM_BYTES = 256 * 1024;
const STREAMS_MAX = 1_000;
const DATA_BYTES_MAX = 32 * 1024;

interface OpenStream {
  readonly stream: SpdyStream;
  readonly incoming: BoundedQueue<Uint8Array>;
  /** We have sent FIN or RST. */
  localEnded: boolean;
  accepted(): void;
  refused(error: Error): void;
}

/** Speaks SPDY/3.1 over a connection, which it owns from now on. */
export function spdySession(connection: ByteStream, options: SpdySessionOptions): SpdySession {
  const streams = new Map<number, OpenStream>();
  const reader = new SpdyFrameReader();
  const headerWriter = new HeaderBlockWriter();
  let nextId = options.side === "client" ? 1 : 2;
  let lastPeerId = 0;
  let goneAway = false;
  let failure: Error | undefined;

  const send = (frame: SpdyFrame): Promise<void> => connection.write(encodeFrame(frame));
  /** For frames that nobody waits for; if the connection broke, its readers are told. */
  const post = (frame: SpdyFrame): void => void send(frame).catch(() => undefined);

  const forgetIfOver = (id: number, open: OpenStream): void => {
    if (open.localEnded && open.incoming.ended) streams.delete(id);
  };

  const add = (id: number, headers: SpdyHeaders, hooks: Pick<OpenStream, "accepted" | "refused">): OpenStream => {
    const incoming = new BoundedQueue<Uint8Array>({ limit: STREAM_BYTES, weigh: (chunk) => chunk.length });
    const stream: SpdyStream = {
      id,
      headers,
      readable: incoming,
      write: async (chunk) => {
        for (let at = 0; at < chunk.length; at += DATA_BYTES_MAX) {
          if (open.localEnded || failure !== undefined) throw failure ?? closedStream();
          await send({ type: "data", stream: id, fin: false, data: chunk.subarray(at, at + DATA_BYTES_MAX) });
        }
      },
      end: async () => {
        if (open.localEnded) return;
        open.localEnded = true;
        forgetIfOver(id, open);
        await send({ type: "data", stream: id, fin: true, data: new Uint8Array(0) });
      },
      destroy: (error) => {
        if (!streams.delete(id)) return;
        open.localEnded = true;
        open.incoming.fail(error ?? closedStream());
        post({ type: "rstStream", stream: id, status: SPDY_RST.cancel });
      },
    };
    const open: OpenStream = { stream, incoming, localEnded: false, ...hooks };
    streams.set(id, open);
    return open;
  };

  const peerEnded = (id: number, open: OpenStream): void => {
    open.incoming.end();
    forgetIfOver(id, open);
  };

  const takeStream = async (frame: SpdyFrame & { readonly type: "synStream" }): Promise<void> => {
    const headers = parseHeaderBlock(await options.inflater.inflate(frame.block));
    const { stream: id } = frame;
    const ours = id % 2 === (options.side === "client" ? 1 : 0);
    if (ours || id <= lastPeerId) throw violation(`a new stream with the number ${id}`);
    lastPeerId = id;
    if (goneAway || options.onStream === undefined || streams.size >= STREAMS_MAX)
      return post({ type: "rstStream", stream: id, status: SPDY_RST.refusedStream });
    const open = add(id, headers, { accepted: () => undefined, refused: () => undefined });
    open.localEnded = frame.unidirectional;
    await send({ type: "synReply", stream: id, fin: false, block: headerWriter.write({}) });
    options.onStream(open.stream);
    if (frame.fin) peerEnded(id, open);
  };

  const takeFrame = async (frame: SpdyFrame): Promise<void> => {
    switch (frame.type) {
      case "synStream":
        return await takeStream(frame);
      case "synReply":
      case "headers": {
        await options.inflater.inflate(frame.block); // the next block refers to it
        const open = streams.get(frame.stream);
        if (open === undefined) return;
        if (frame.type === "synReply") open.accepted();
        if (frame.fin) peerEnded(frame.stream, open);
        return;
      }
      case "data": {
        const open = streams.get(frame.stream);
        if (open === undefined) return; // left by us a moment ago
        if (frame.data.length > 0 && !open.incoming.push(frame.data)) await open.incoming.room();
        if (frame.fin) peerEnded(frame.stream, open);
        return;
      }
      case "rstStream": {
        const open = streams.get(frame.stream);
        if (open === undefined) return;
        streams.delete(frame.stream);
        open.localEnded = true;
        open.incoming.end(); // spdystream resets streams that are over, and its readers see the end
        return open.refused(new OperatingError("StreamClosed", `the peer reset the stream (status ${frame.status})`));
      }
      case "ping":
        if (frame.id % 2 === (options.side === "client" ? 0 : 1)) post(frame);
        return;
      case "goAway":
        goneAway = true;
        return;
      case "settings":
      case "windowUpdate":
        return;
    }
  };

  const finish = (error: Error | undefined): void => {
    failure = error ?? closedStream();
    for (const open of streams.values()) {
      open.localEnded = true;
      if (error === undefined && goneAway) open.incoming.end();
      else open.incoming.fail(failure);
      open.refused(failure);
    }
    streams.clear();
  };

  const receive = async (): Promise<Error | undefined> => {
    let error: Error | undefined;
    try {
      for await (const chunk of connection.readable) for (const frame of reader.push(chunk)) await takeFrame(frame);
      if (reader.pending > 0) error = new OperatingError("StreamClosed", "the connection ended within a frame");
    } catch (thrown) {
      error = asError(thrown);
    }
    finish(error);
    if (error === undefined)
      await connection.end().catch(() => undefined); // gone already
    else connection.destroy(error);
    return error;
  };

  return {
    closed: receive(),
    open: async (headers) => {
      if (failure !== undefined || goneAway) throw failure ?? closedStream();
      const id = nextId;
      nextId += 2;
      const accepted = new Promise<OpenStream>((resolve, reject) => {
        const open = add(id, headers, { accepted: () => resolve(open), refused: reject });
      });
      const block = headerWriter.write(headers);
      await send({ type: "synStream", stream: id, fin: false, unidirectional: false, block }).catch(
        (thrown: unknown) => {
          finish(asError(thrown));
        },
      );
      return (await accepted).stream;
    },
    close: async () => {
      if (failure !== undefined) return;
      goneAway = true;
      try {
        await send({ type: "goAway", lastStream: lastPeerId, status: 0 });
        await connection.end();
      } catch (thrown) {
        connection.destroy(new OperatingError("StreamClosed", messageOf(thrown)));
      }
    },
    destroy: (error) => {
      finish(error);
      connection.destroy(error);
    },
  };
}

function closedStream(): OperatingError {
  return new OperatingError("StreamClosed", "the stream has ended");
}
