/** Cryptographic in production, seeded in simulation. A named stream is independent of all other draws. */
export interface Random {
  uint32(): number;
  bytes(length: number): Uint8Array;
  stream(name: string): Random;
}

/** A repeatable generator (SplitMix32 over a hash of seed and stream name). Never for keys or tokens. */
export function seededRandom(seed: number | string): Random {
  let state = hash(String(seed));
  const uint32 = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return {
    uint32,
    bytes: (length) => Uint8Array.from({ length }, () => uint32() & 0xff),
    stream: (name) => seededRandom(`${seed}/${name}`),
  };
}

/** A version 4 UUID. */
export function uuid(random: Random): string {
  const b = random.bytes(16);
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const head = `${hex(b, 0, 4)}-${hex(b, 4, 6)}-${hex(b, 6, 8)}-${hex(b, 8, 10)}`;
  return `${head}-${hex(b, 10, 16)}`;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes: Uint8Array, from: number, to: number): string {
  let out = "";
  for (let i = from; i < to; i++) out += HEX[bytes[i] ?? 0] ?? "";
  return out;
}

/** A whole number in [0, below). */
export function pick(random: Random, below: number): number {
  return Math.floor((random.uint32() / 0x1_0000_0000) * below);
}

const SUFFIX_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** Letters and digits as Kubernetes uses them in generated names: no vowels, nothing easily misread. */
export function nameSuffix(random: Random, length = 5): string {
  let out = "";
  for (let i = 0; i < length; i++) out += SUFFIX_ALPHABET[pick(random, SUFFIX_ALPHABET.length)] ?? "";
  return out;
}

function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}
