/** Reflected polynomial of Castagnoli. */
const POLYNOMIAL = 0x82f63b78;

/** Eight tables, so that eight bytes are taken at a time. */
const TABLES: readonly Int32Array[] = makeTables();

/** CRC-32C (Castagnoli) of `bytes`; `seed` continues the checksum of what came before. */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES as unknown as readonly [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  // Indexes are masked to the tables' size; `| 0` turns what the type system thinks may be undefined into a number.
  const at = (table: Int32Array, index: number): number => (table[index & 0xff] as number) | 0;
  let crc = ~seed;
  let i = 0;
  const byte = (index: number): number => (bytes[index] as number) | 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    crc ^= byte(i) | (byte(i + 1) << 8) | (byte(i + 2) << 16) | (byte(i + 3) << 24);
    crc =
      at(t7, crc) ^
      at(t6, crc >>> 8) ^
      at(t5, crc >>> 16) ^
      at(t4, crc >>> 24) ^
      at(t3, byte(i + 4)) ^
      at(t2, byte(i + 5)) ^
      at(t1, byte(i + 6)) ^
      at(t0, byte(i + 7));
  }
  for (; i < bytes.length; i++) crc = at(t0, crc ^ byte(i)) ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTables(): Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ POLYNOMIAL : c >>> 1;
    return c;
  });
  const tables = [first];
  for (let t = 1; t < 8; t++) {
    const before = tables[t - 1] ?? first;
    tables.push(before.map((c) => (c >>> 8) ^ (first[c & 0xff] ?? 0)));
  }
  return tables;
}
