import { type FieldError, invalid, type Path } from "@skates/apimachinery";

/** An address as its bytes: 4 or 16. */
export interface IpAddress {
  readonly family: "IPv4" | "IPv6";
  readonly bytes: readonly number[];
}

/** Reads an address strictly: no leading zeros, no zone. Undefined when the text is no address. */
export function parseIp(text: string): IpAddress | undefined {
  const bytes = text.includes(":") ? parseIpv6(text) : parseIpv4(text);
  return bytes === undefined ? undefined : { family: bytes.length === 4 ? "IPv4" : "IPv6", bytes };
}

function parseIpv4(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseIpv6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? "");
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? "") : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const out: number[] = [];
  const groups = text.split(":");
  for (const [index, group] of groups.entries()) {
    if (group.includes(".") && index === groups.length - 1) {
      const bytes = parseIpv4(group);
      if (bytes === undefined) return undefined;
      out.push(...bytes);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      out.push(value >> 8, value & 255);
    } else return undefined;
  }
  return out;
}

/** The canonical text of an address. */
export function formatIp(ip: IpAddress): string {
  if (ip.family === "IPv4") return ip.bytes.join(".");
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((ip.bytes[i] ?? 0) << 8) | (ip.bytes[i + 1] ?? 0));
  const { start, length } = longestZeros(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, index) => {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  });
  return best;
}

/** A range of addresses: its first address and the length of the prefix. */
export interface Cidr {
  readonly ip: IpAddress;
  readonly prefix: number;
}

/** Reads `address/prefix`; bits after the prefix are kept as they are. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf("/");
  const ip = parseIp(text.slice(0, Math.max(slash, 0)));
  const length = text.slice(slash + 1);
  if (ip === undefined || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const prefix = Number(length);
  return prefix <= ip.bytes.length * 8 ? { ip, prefix } : undefined;
}

/** True if no bit is set after the prefix. */
export function isMaskedCidr({ ip, prefix }: Cidr): boolean {
  return ip.bytes.every((byte, index) => {
    const free = Math.min(8, Math.max(0, (index + 1) * 8 - prefix));
    return (byte & ((1 << free) - 1)) === 0;
  });
}

/** Findings on text that must be an address. */
export function checkIp(path: Path, text: string): readonly FieldError[] {
  if (parseIp(text) !== undefined) return [];
  return [invalid(path, text, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")];
}

/** Findings on text that must be a range of addresses. */
export function checkCidr(path: Path, text: string): readonly FieldError[] {
  if (parseCidr(text) !== undefined) return [];
  return [invalid(path, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")];
}

/** Findings on an address that means this host, a link or a group: no service may have it. */
export function checkNoSpecialIp(path: Path, text: string): readonly FieldError[] {
  const ip = parseIp(text);
  if (ip === undefined) return [invalid(path, text, "must be a valid IP address")];
  const out: FieldError[] = [];
  const zero = ip.bytes.every((byte) => byte === 0);
  const [a = 0, b = 0, c = 0] = ip.bytes;
  const four = ip.family === "IPv4";
  if (zero) out.push(invalid(path, text, "may not be unspecified (0.0.0.0 or ::)"));
  if (four ? a === 127 : ip.bytes.slice(0, 15).every((byte) => byte === 0) && ip.bytes[15] === 1) {
    out.push(invalid(path, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)"));
  }
  if (four ? a === 169 && b === 254 : a === 0xfe && (b & 0xc0) === 0x80) {
    out.push(invalid(path, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)"));
  }
  if (four ? a === 224 && b === 0 && c === 0 : a === 0xff && (b & 0x0f) === 0x02) {
    out.push(invalid(path, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"));
  }
  return out;
}
