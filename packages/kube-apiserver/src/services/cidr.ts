/** A range of addresses as numbers. */
export interface Cidr {
  readonly text: string;
  readonly family: "IPv4" | "IPv6";
  /** The address with all host bits zero. */
  readonly base: bigint;
  /** How many addresses, base and last one included. */
  readonly size: bigint;
}

/** Reads `10.96.0.0/16` or `fd00::/112`; undefined when it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = "", bitsText = ""] = text.split("/");
  const ip = parseAddress(address);
  const bits = Number(bitsText);
  if (ip === undefined || !/^\d{1,3}$/.test(bitsText)) return undefined;
  const width = ip.family === "IPv4" ? 32 : 128;
  if (bits > width) return undefined;
  const size = 1n << BigInt(width - bits);
  return { text, family: ip.family, base: ip.value - (ip.value % size), size };
}

export interface Address {
  readonly family: "IPv4" | "IPv6";
  readonly value: bigint;
}

/** Reads an address; undefined when the text is none. */
export function parseAddress(text: string): Address | undefined {
  const parts = text.includes(":") ? groupsOf(text) : text.split(".");
  if (parts === undefined) return undefined;
  const four = !text.includes(":");
  const digits = four ? /^(0|[1-9]\d{0,2})$/ : /^[0-9a-f]{1,4}$/i;
  if (parts.length !== (four ? 4 : 8) || !parts.every((part) => digits.test(part))) return undefined;
  let value = 0n;
  for (const part of parts) {
    const number = Number.parseInt(part, four ? 10 : 16);
    if (four && number > 255) return undefined;
    value = (value << (four ? 8n : 16n)) + BigInt(number);
  }
  return { family: four ? "IPv4" : "IPv6", value };
}

/** The eight groups of an IPv6 address, with `::` and a dotted end written out. */
function groupsOf(text: string): readonly string[] | undefined {
  const [head = "", tail, more] = withoutDotted(text)?.split("::") ?? [];
  if (more !== undefined) return undefined;
  const front = head === "" ? [] : head.split(":");
  if (tail === undefined) return front;
  const back = tail === "" ? [] : tail.split(":");
  const missing = 8 - front.length - back.length;
  return missing < 1 ? undefined : [...front, ...Array.from({ length: missing }, () => "0"), ...back];
}

function withoutDotted(text: string): string | undefined {
  const at = text.lastIndexOf(":") + 1;
  if (!text.includes(".")) return text;
  const four = parseAddress(text.slice(at));
  if (four === undefined) return undefined;
  return `${text.slice(0, at)}${(four.value >> 16n).toString(16)}:${(four.value & 0xffffn).toString(16)}`;
}

/** The canonical text. */
export function formatAddress({ family, value }: Address): string {
  if (family === "IPv4") return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join(".");
  const groups = Array.from({ length: 8 }, (_, i) => (value >> BigInt(112 - 16 * i)) & 0xffffn);
  let best = { at: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === 0n) length++;
    if (length > best.length) best = { at: i, length };
  }
  const text = (part: readonly bigint[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.at < 0) return text(groups);
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`;
}

/** Whether the address lies in the range. */
export function contains(cidr: Cidr, address: Address): boolean {
  return cidr.family === address.family && address.value >= cidr.base && address.value < cidr.base + cidr.size;
}

/** How many addresses services may have: not the network's own, and in IPv4 not the broadcast address. */
export function usableCount(cidr: Cidr): bigint {
  if (cidr.size === 1n) return 1n;
  return cidr.family === "IPv4" ? cidr.size - 2n : cidr.size - 1n;
}

/** The nth usable address, from 0. */
export function usableAddress(cidr: Cidr, index: bigint): Address {
  return { family: cidr.family, value: cidr.base + (cidr.size === 1n ? 0n : 1n) + index };
}
