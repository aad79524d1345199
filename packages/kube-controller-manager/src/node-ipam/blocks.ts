import ipaddr from "ipaddr.js";

/** A range of addresses cut into blocks of one size. */
export interface Blocks {
  /** Numbers of the blocks that any of these ranges touches; ranges outside and texts that are none touch nothing. */
  taken(cidrs: readonly string[]): Set<number>;
  firstFree(taken: ReadonlySet<number>): { readonly index: number; readonly cidr: string } | undefined;
}

export interface MaskSizes {
  readonly ipv4?: number | undefined;
  readonly ipv6?: number | undefined;
}

const DEFAULTS = { ipv4: 24, ipv6: 64 };

/** Cuts a range for nodes. Throws an Error that says what is wrong with it. */
export function nodeBlocks(cidr: string, sizes: MaskSizes = {}): Blocks {
  const range = parse(cidr);
  if (range === undefined) throw new Error(`${JSON.stringify(cidr)} is no range of addresses such as 10.244.0.0/16`);
  const family = range.bits === 32 ? "ipv4" : "ipv6";
  const size = sizes[family] ?? DEFAULTS[family];
  if (size < range.length || size > range.bits) {
    throw new Error(`blocks of /${size} do not fit into ${cidr}: a length from ${range.length} to ${range.bits}`);
  }
  const shift = BigInt(range.bits - size);
  const count = 2 ** Math.min(size - range.length, 16);
  return {
    taken(cidrs) {
      const out = new Set<number>();
      for (const text of cidrs) {
        const other = parse(text);
        if (other === undefined || other.bits !== range.bits) continue;
        const first = (other.start - range.start) >> shift;
        const last = (other.start + (1n << BigInt(other.bits - other.length)) - 1n - range.start) >> shift;
        for (let i = first < 0n ? 0n : first; i <= last && i < BigInt(count); i++) out.add(Number(i));
      }
      return out;
    },
    firstFree(taken) {
      for (let index = 0; index < count; index++) {
        if (taken.has(index)) continue;
        return { index, cidr: `${format(range.start + (BigInt(index) << shift), range.bits)}/${size}` };
      }
      return undefined;
    },
  };
}

interface Range {
  readonly start: bigint;
  readonly length: number;
  readonly bits: 32 | 128;
}

function parse(cidr: string): Range | undefined {
  const [address = "", length = ""] = cidr.split("/");
  if (!/^\d{1,3}$/.test(length) || !ipaddr.isValidCIDR(cidr)) return undefined;
  const bytes = ipaddr.parse(address).toByteArray();
  const bits = bytes.length === 4 ? 32 : 128;
  const value = bytes.reduce((all, byte) => (all << 8n) | BigInt(byte), 0n);
  const free = BigInt(bits - Number(length));
  return { start: (value >> free) << free, length: Number(length), bits };
}

function format(value: bigint, bits: 32 | 128): string {
  const bytes = Array.from({ length: bits / 8 }, (_, i) => Number((value >> BigInt(bits - 8 * (i + 1))) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}
