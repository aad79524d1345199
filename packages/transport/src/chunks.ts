/** Pieces that are written at once: large ones halve the cost of a big body, while a megabyte of TLS stays under a millisecond. */
const PIECE_BYTES_MIN = 64 * 1024;
const PIECE_BYTES_MAX = 1024 * 1024;

/** The length of all chunks together. */
export function totalBytes(chunks: readonly Uint8Array[]): number {
  let total = 0;
  for (const chunk of chunks) total += chunk.length;
  return total;
}

/** One array with the bytes of all chunks; a single chunk is returned as it is. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const joined = new Uint8Array(totalBytes(chunks));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** The same bytes in better pieces: small chunks are copied together until they have 64 KB, large ones cut to at most 1 MB. */
export function* pieces(chunks: Iterable<Uint8Array>): Generator<Uint8Array, void> {
  let small: Uint8Array[] = [];
  let smallBytes = 0;
  for (const chunk of chunks) {
    if (smallBytes === 0 && chunk.length >= PIECE_BYTES_MIN) {
      yield* cut(chunk);
      continue;
    }
    small.push(chunk);
    smallBytes += chunk.length;
    if (smallBytes < PIECE_BYTES_MIN) continue;
    yield* cut(joinChunks(small));
    small = [];
    smallBytes = 0;
  }
  if (smallBytes > 0) yield joinChunks(small);
}

function* cut(chunk: Uint8Array): Generator<Uint8Array, void> {
  for (let at = 0; at < chunk.length; at += PIECE_BYTES_MAX) yield chunk.subarray(at, at + PIECE_BYTES_MAX);
}
