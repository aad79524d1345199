const CHUNK_BYTES = 64 << 10;
const UTF8 = new TextEncoder();

/** What a buffer that is lent holds: a page of a list of ordinary objects. */
const LENT_BYTES = 256 << 10;
/** So many wait to be lent again. */
const LENT_KEPT = 8;

/**
 * Memory for chunks that is given back once they are sent. A list of megabytes made of new buffers fills memory outside of the heap
 * faster than the collector likes: ten times a second it collected the whole heap on account of them.
 */
export class LentBuffers {
  readonly #free: ArrayBuffer[] = [];
  /** Ours, so that nothing else is lent by mistake. */
  readonly #made = new WeakSet<ArrayBufferLike>();

  /** Room for `size` bytes with anything in them; new where there is none, or where it would have to be larger. */
  take(size: number): Uint8Array {
    if (size > LENT_BYTES) return new Uint8Array(size);
    let buffer = this.#free.pop();
    if (buffer === undefined) this.#made.add((buffer = new ArrayBuffer(LENT_BYTES)));
    return new Uint8Array(buffer, 0, size);
  }

  /** Once for each chunk, when nobody reads it any more. What was not lent is left alone. */
  giveBack(chunk: Uint8Array): void {
    const { buffer } = chunk;
    if (this.#made.has(buffer) && buffer instanceof ArrayBuffer && this.#free.length < LENT_KEPT)
      this.#free.push(buffer);
  }
}

/** Gathers pieces into big chunks: few big writes cost a third of many small ones. */
export class ChunkBuilder {
  readonly #buffers: LentBuffers | undefined;
  #parts: Uint8Array[] = [];
  #size = 0;

  /** With `buffers`, what is gathered is in one of them, for who takes it to give back. */
  constructor(buffers?: LentBuffers) {
    this.#buffers = buffers;
  }

  add(part: Uint8Array): void {
    this.#parts.push(part);
    this.#size += part.length;
  }

  addText(text: string): void {
    this.add(UTF8.encode(text));
  }

  /** True when it is worth sending. */
  get full(): boolean {
    return this.#size >= CHUNK_BYTES;
  }

  get empty(): boolean {
    return this.#size === 0;
  }

  /** All that was gathered. */
  take(): Uint8Array {
    const [only] = this.#parts;
    const out = this.#parts.length === 1 && only !== undefined ? only : this.#join();
    this.#parts = [];
    this.#size = 0;
    return out;
  }

  #join(): Uint8Array {
    const out = this.#buffers?.take(this.#size) ?? new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }
}

/** All chunks as one. */
export async function collectChunks(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): Promise<Uint8Array> {
  const builder = new ChunkBuilder();
  for await (const chunk of chunks) builder.add(chunk);
  return builder.take();
}
