import { randomBytes, randomFillSync } from "node:crypto";
import type { Random } from "../random.ts";

/** Draws are taken from a block, since one call into the system per draw would dominate. */
const BLOCK_BYTES = 4096;

/** Cryptographic randomness of the machine; every stream is as good as any other. */
export function systemRandom(): Random {
  let block = randomBytes(BLOCK_BYTES);
  let at = 0;
  /** Where in the block so many unused bytes begin. */
  const take = (length: number): number => {
    if (at + length > BLOCK_BYTES) {
      block = randomBytes(BLOCK_BYTES);
      at = 0;
    }
    at += length;
    return at - length;
  };
  const random: Random = {
    uint32: () => block.readUInt32LE(take(4)),
    bytes: (length) => {
      const out = new Uint8Array(length);
      if (length > BLOCK_BYTES) return randomFillSync(out);
      const from = take(length);
      // A loop: a view of the block costs more than the few bytes that are asked for.
      for (let i = 0; i < length; i++) out[i] = block[from + i] ?? 0;
      return out;
    },
    stream: () => random,
  };
  return random;
}
