import { randomBytes } from "node:crypto";
import type { Random } from "../random.ts";

/** Draws are taken from a block, since one call into the system per draw would dominate. */
const BLOCK_BYTES = 4096;

/** Cryptographic randomness of the machine; every stream is as good as any other. */
export function systemRandom(): Random {
  let block = randomBytes(BLOCK_BYTES);
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (length > BLOCK_BYTES) return randomBytes(length);
    if (at + length > BLOCK_BYTES) {
      block = randomBytes(BLOCK_BYTES);
      at = 0;
    }
    const out = block.subarray(at, at + length);
    at += length;
    return out;
  };
  const random: Random = {
    uint32: () => {
      const b = take(4);
      return new DataView(b.buffer, b.byteOffset, 4).getUint32(0);
    },
    bytes: (length) => Uint8Array.from(take(length)),
    stream: () => random,
  };
  return random;
}
