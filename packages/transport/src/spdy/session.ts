import type { ByteStream } from "@skates/apimachinery";
import { asError, messageOf, OperatingError } from "@skates/component-base";
import { encodeFrame, SPDY_RST, type SpdyFrame, SpdyFrameReader, violation } from "./frames.ts";
import { HeaderBlockWriter, type HeaderInflater, parseHeaderBlock, type SpdyHeaders } from "./header-block.ts";
import { OpenStream, type SpdyStream, streamEnded } from "./stream.ts";

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

const STREAMS_MAX = 1_000;

/** Speaks SPDY/3.1 over a connection, which it owns from now on. */
export function spdySession(connection: ByteStream, options: SpdySessionOptions): SpdySession {
  return new Session(connection, options);
}

class Session implements SpdySession {
  readonly #connection: ByteStream;
  readonly #options: SpdySessionOptions;
  readonly #streams = new Map<number, OpenStream>();
  readonly #reader = new SpdyFrameReader();
  readonly #headerWriter = new HeaderBlockWriter();
  /** The lowest bit of the numbers that we give to streams and pings. */
  readonly #parity: number;
  #nextId: number;
  #lastPeerId = 0;
  #goneAway = false;
  #failure: Error | undefined;
  readonly closed: Promise<Error | undefined>;

  constructor(connection: ByteStream, options: SpdySessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#parity = options.side === "client" ? 1 : 0;
    this.#nextId = options.side === "client" ? 1 : 2;
    this.closed = this.#receive();
  }

  async open(headers: SpdyHeaders): Promise<SpdyStream> {
    if (this.#failure !== undefined || this.#goneAway) throw this.#failure ?? streamEnded();
    const id = this.#nextId;
    this.#nextId += 2;
    const open = this.#add(id, headers);
    const block = this.#headerWriter.write(headers);
    this.#send({ type: "synStream", stream: id, fin: false, unidirectional: false, block }).catch((thrown: unknown) =>
      this.#finish(asError(thrown)),
    );
    await open.accepted;
    return open;
  }

  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    this.#goneAway = true;
    try {
      await this.#send({ type: "goAway", lastStream: this.#lastPeerId, status: 0 });
      await this.#connection.end();
    } catch (thrown) {
      this.#connection.destroy(new OperatingError("StreamClosed", messageOf(thrown)));
    }
  }

  destroy(error?: Error): void {
    this.#finish(error);
    this.#connection.destroy(error);
  }

  async #receive(): Promise<Error | undefined> {
    let error: Error | undefined;
    try {
      for await (const chunk of this.#connection.readable)
        for (const frame of this.#reader.push(chunk)) await this.#take(frame);
      if (this.#reader.pending > 0) error = new OperatingError("StreamClosed", "the connection ended within a frame");
    } catch (thrown) {
      error = asError(thrown);
    }
    this.#finish(error);
    if (error === undefined)
      await this.#connection.end().catch(() => undefined); // gone already
    else this.#connection.destroy(error);
    return error;
  }

  async #take(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case "synStream":
        return await this.#takeStream(frame);
      case "synReply":
      case "headers": {
        await this.#options.inflater.inflate(frame.block); // the next block refers to it
        const open = this.#streams.get(frame.stream);
        if (frame.type === "synReply") open?.accept();
        if (frame.fin) open?.peerEnded();
        return;
      }
      case "data": {
        const open = this.#streams.get(frame.stream); // or left by us a moment ago
        if (frame.data.length > 0) await open?.receive(frame.data);
        if (frame.fin) open?.peerEnded();
        return;
      }
      case "rstStream":
        return this.#streams.get(frame.stream)?.reset(frame.status);
      case "ping":
        if (frame.id % 2 !== this.#parity) this.#post(frame);
        return;
      case "goAway":
        this.#goneAway = true;
        return;
      case "settings":
      case "windowUpdate":
        return;
    }
  }

  async #takeStream(frame: SpdyFrame & { readonly type: "synStream" }): Promise<void> {
    const { stream: id } = frame;
    const headers = parseHeaderBlock(await this.#options.inflater.inflate(frame.block));
    if (id % 2 === this.#parity || id <= this.#lastPeerId) throw violation(`a new stream with the number ${id}`);
    this.#lastPeerId = id;
    const { onStream } = this.#options;
    if (this.#goneAway || onStream === undefined || this.#streams.size >= STREAMS_MAX)
      return this.#post({ type: "rstStream", stream: id, status: SPDY_RST.refusedStream });
    const open = this.#add(id, headers);
    open.accept();
    await this.#send({ type: "synReply", stream: id, fin: false, block: this.#headerWriter.write({}) });
    onStream(open);
    if (frame.unidirectional) open.localEnded();
    if (frame.fin) open.peerEnded();
  }

  #add(id: number, headers: SpdyHeaders): OpenStream {
    const open = new OpenStream(id, headers, {
      send: (frame) => this.#send(frame),
      post: (frame) => this.#post(frame),
      over: () => this.#streams.delete(id),
    });
    this.#streams.set(id, open);
    return open;
  }

  #send(frame: SpdyFrame): Promise<void> {
    return this.#failure === undefined ? this.#connection.write(encodeFrame(frame)) : Promise.reject(this.#failure);
  }

  /** For frames that nobody waits for: if the connection broke, its readers are told. */
  #post(frame: SpdyFrame): void {
    this.#send(frame).catch(() => undefined);
  }

  #finish(error: Error | undefined): void {
    this.#failure ??= error ?? streamEnded();
    // After a goodbye the end of the connection is that of its streams; without one they broke off.
    const failure = error === undefined && this.#goneAway ? undefined : this.#failure;
    for (const open of this.#streams.values()) open.connectionEnded(failure);
    this.#streams.clear();
  }
}
