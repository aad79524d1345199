import { goQuote } from "@skates/apimachinery";

/** An address as its 4 or 16 bytes, and the zone of one that has it. */
export interface IpAddress {
  readonly bytes: readonly number[];
  readonly zone: string;
}

/** Why a text is no address or network; the message is Go's. */
export class AddressError extends Error {
  override readonly name = "AddressError";
}

/** Reads an address as Go's `netip` does: no leading zeros, no shortened IPv4. Throws AddressError. */
export function parseIpAddress(text: string): IpAddress {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === ".") return { bytes: parseIpv4(text, text), zone: "" };
  if (first === ":") return parseIpv6(text);
  throw failure(text, first === "%" ? "missing IPv6 address" : "unable to parse IP");
}

function failure(text: string, message: string, at = ""): AddressError {
  return new AddressError(`ParseAddr(${goQuote(text)}): ${message}${at === "" ? "" : ` (at ${goQuote(at)})`}`);
}

function parseIpv4(text: string, fields: string): readonly number[] {
  const bytes: number[] = [];
  let value = 0;
  let digits = 0;
  for (let i = 0; i < fields.length; i++) {
    const char = fields.charAt(i);
    if (/\d/.test(char)) {
      if (digits === 1 && value === 0) throw failure(text, "IPv4 field has octet with leading zero");
      value = value * 10 + Number(char);
      digits++;
      if (value > 255) throw failure(text, "IPv4 field has value >255");
    } else if (char === ".") {
      if (i === 0 || i === fields.length - 1 || fields.charAt(i - 1) === ".")
        throw failure(text, "IPv4 field must have at least one digit", fields.slice(i));
      if (bytes.length === 3) throw failure(text, "IPv4 address too long");
      bytes.push(value);
      value = 0;
      digits = 0;
    } else throw failure(text, "unexpected character", fields.slice(i));
  }
  if (bytes.length < 3) throw failure(text, "IPv4 address too short");
  return [...bytes, value];
}

function parseIpv6(text: string): IpAddress {
  const percent = text.indexOf("%");
  const zone = percent < 0 ? "" : text.slice(percent + 1);
  if (percent >= 0 && zone === "") throw failure(text, "zone must be a non-empty string");
  let rest = percent < 0 ? text : text.slice(0, percent);
  const bytes: number[] = [];
  let ellipsis = -1;
  if (rest.startsWith("::")) {
    ellipsis = 0;
    rest = rest.slice(2);
    if (rest === "") return { bytes: Array.from({ length: 16 }, () => 0), zone };
  }
  while (bytes.length < 16) {
    const group = hexGroup(text, rest);
    if (rest.charAt(group.length) === ".") {
      bytes.push(...embeddedIpv4(text, rest, { size: bytes.length, ellipsis }));
      rest = "";
      break;
    }
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 0xff);
    rest = rest.slice(group.length);
    if (rest === "") break;
    if (!rest.startsWith(":")) throw failure(text, "unexpected character, want colon", rest);
    if (rest.length === 1) throw failure(text, "colon must be followed by more characters", rest);
    rest = rest.slice(1);
    if (!rest.startsWith(":")) continue;
    if (ellipsis >= 0) throw failure(text, "multiple :: in address", rest);
    ellipsis = bytes.length;
    rest = rest.slice(1);
    if (rest === "") break;
  }
  if (rest !== "") throw failure(text, "trailing garbage after address", rest);
  return { bytes: expanded(text, bytes, ellipsis), zone };
}

function hexGroup(text: string, rest: string): string {
  const group = /^[\da-fA-F]*/.exec(rest)?.[0] ?? "";
  if (group === "") throw failure(text, "each colon-separated field must have at least one digit", rest);
  if (group.length > 4) throw failure(text, "each group must have 4 or less digits", rest);
  return group;
}

function embeddedIpv4(
  text: string,
  rest: string,
  { size, ellipsis }: { readonly size: number; readonly ellipsis: number },
): readonly number[] {
  if (ellipsis < 0 && size !== 12)
    throw failure(text, "embedded IPv4 address must replace the final 2 fields of the address", rest);
  if (size + 4 > 16) throw failure(text, "too many hex fields to fit an embedded IPv4 at the end of the address", rest);
  return parseIpv4(text, rest);
}

function expanded(text: string, bytes: readonly number[], ellipsis: number): readonly number[] {
  if (bytes.length === 16) {
    if (ellipsis >= 0) throw failure(text, "the :: must expand to at least one field of zeros");
    return bytes;
  }
  if (ellipsis < 0) throw failure(text, "address string too short");
  const zeros = Array.from({ length: 16 - bytes.length }, () => 0);
  return [...bytes.slice(0, ellipsis), ...zeros, ...bytes.slice(ellipsis)];
}

/** The one way to write an address: lower case, the longest run of zero groups as `::`. */
export function formatIpAddress({ bytes }: IpAddress): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0));
  const { start, length } = longestZeros(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** True for an IPv4 address in the form of an IPv6 one, `::ffff:1.2.3.4`. */
export function isIpv4InIpv6({ bytes }: IpAddress): boolean {
  return (
    bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  );
}

/** The address with all bits past the first `bits` cleared. */
export function maskedAddress({ bytes }: IpAddress, bits: number): IpAddress {
  const masked = bytes.map((byte, index) => byte & (0xff00 >> Math.min(Math.max(bits - 8 * index, 0), 8)) & 0xff);
  return { bytes: masked, zone: "" };
}

/** True if the addresses are of one family and their first `bits` are the same. */
export function sharesPrefix(one: IpAddress, other: IpAddress, bits: number): boolean {
  if (one.bytes.length !== other.bytes.length) return false;
  const left = maskedAddress(one, bits);
  const right = maskedAddress(other, bits);
  return left.bytes.every((byte, index) => byte === right.bytes[index]);
}
