import type { ByteStream } from "@skates/apimachinery";
import { OperatingError } from "@skates/component-base";
import { BoundedQueue } from "../bounded-queue.ts";
import { SPDY_RST, type SpdyFrame } from "./frames.ts";
import type { SpdyHeaders } from "./header-block.ts";

/** One stream of a connection: bytes both ways, each direction with an end of its own. */
export interface SpdyStream extends ByteStream {
  readonly id: number;
  /** Those the opener sent. */
  readonly headers: SpdyHeaders;
}

/** What a stream may hold unread before the connection waits. */
const STREAM_BYTES = 256 * 1024;
const DATA_BYTES_MAX = 32 * 1024;

/** The way to the peer. */
interface Outlet {
  send(frame: SpdyFrame): Promise<void>;
  /** For frames that nobody waits for. */
  post(frame: SpdyFrame): void;
  /** The stream needs no further frames. */
  over(): void;
}

/** A stream as its session sees it. */
export class OpenStream implements SpdyStream {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly readable: BoundedQueue<Uint8Array>;
  /** Resolves when the peer has accepted the stream. */
  readonly accepted: Promise<void>;
  readonly #outlet: Outlet;
  #accept: () => void = () => undefined;
  #refuse: (error: Error) => void = () => undefined;
  /** We send nothing more. */
  #ended = false;

  constructor(id: number, headers: SpdyHeaders, outlet: Outlet) {
    this.id = id;
    this.headers = headers;
    this.#outlet = outlet;
    this.readable = new BoundedQueue<Uint8Array>({ limit: STREAM_BYTES, weigh: (chunk) => chunk.length });
    this.accepted = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    this.accepted.catch(() => undefined); // told to whoever opens
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length; at += DATA_BYTES_MAX) {
      if (this.#ended) throw streamEnded();
      const data = chunk.subarray(at, at + DATA_BYTES_MAX);
      await this.#outlet.send({ type: "data", stream: this.id, fin: false, data });
    }
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.localEnded();
    await this.#outlet.send({ type: "data", stream: this.id, fin: true, data: new Uint8Array(0) });
  }

  destroy(error?: Error): void {
    if (this.#ended && this.readable.ended) return;
    this.connectionEnded(error ?? streamEnded());
    this.#outlet.over();
    this.#outlet.post({ type: "rstStream", stream: this.id, status: SPDY_RST.cancel });
  }

  accept(): void {
    this.#accept();
  }

  /** Bytes from the peer; resolves when more may come. */
  async receive(chunk: Uint8Array): Promise<void> {
    if (!this.readable.push(chunk)) await this.readable.room();
  }

  peerEnded(): void {
    this.readable.end();
    if (this.#ended) this.#outlet.over();
  }

  localEnded(): void {
    this.#ended = true;
    if (this.readable.ended) this.#outlet.over();
  }

  /** spdystream resets streams that are over, and its readers see the end: so do ours. */
  reset(status: number): void {
    this.#refuse(new OperatingError("StreamClosed", `the peer reset the stream (status ${status})`));
    this.connectionEnded(undefined);
    this.#outlet.over();
  }

  /** Readers get what is there, then the end or the failure. */
  connectionEnded(failure: Error | undefined): void {
    this.#ended = true;
    this.#refuse(failure ?? streamEnded());
    if (failure === undefined) this.readable.end();
    else this.readable.fail(failure);
  }
}

/** Writing after the end. */
export function streamEnded(): OperatingError {
  return new OperatingError("StreamClosed", "the stream has ended");
}
