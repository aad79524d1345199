const SEEDS = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b] as const;

/** A name for a content: 32 hexadecimal digits, for entity tags. Not for security. */
export function contentHash(text: string): string {
  let out = "";
  for (const seed of SEEDS) {
    let h: number = seed;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193 + (seed & 0xfe)) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    out += ((h ^ (h >>> 15)) >>> 0).toString(16).toUpperCase().padStart(8, "0");
  }
  return out;
}
