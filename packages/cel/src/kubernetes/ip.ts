import { goQuote } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { FunctionDeclaration, Library } from "../declaration.ts";
import { global, member, text } from "../standard/overload.ts";
import { boolType, type CelType, intType, opaqueType, stringType } from "../type.ts";
import {
  AddressError,
  formatIpAddress,
  type IpAddress,
  isIpv4InIpv6,
  parseIpAddress,
  sharesPrefix,
} from "./ip-address.ts";
import { opaqueKind } from "./opaque.ts";

export const ipType: CelType = opaqueType("net.IP");
export const ips = opaqueKind<IpAddress>(ipType, {
  equals: (one, other) => one.bytes.length === other.bytes.length && sharesPrefix(one, other, 128),
  size: ({ bytes }) => bytes.length,
});

/** Reads an address. Throws CelError with upstream's words for what is none, has a zone, or is IPv4 within IPv6. */
export function readIp(written: string): IpAddress {
  const address = parse(written);
  if (address.zone !== "") throw new CelError(`IP address ${goQuote(written)} with zone value is not allowed`);
  if (isIpv4InIpv6(address)) throw new CelError(`IPv4-mapped IPv6 address ${goQuote(written)} is not allowed`);
  return address;
}

function parse(written: string): IpAddress {
  try {
    return parseIpAddress(written);
  } catch (error) {
    if (!(error instanceof AddressError)) throw error;
    throw new CelError(`IP Address ${goQuote(written)} parse error during conversion from string: ${error.message}`);
  }
}

/** `ip("10.0.0.1")` and what can be asked of it. */
export const ipLibrary: Library = {
  name: "kubernetes.net.ip",
  types: [ipType],
  functions: [
    {
      name: "ip",
      overloads: [
        global("string_to_ip", {
          params: [stringType],
          result: ipType,
          run: (written) => ips.make(readIp(text(written))),
        }),
      ],
    },
    {
      name: "family",
      overloads: [
        member("ip_family", {
          params: [ipType],
          result: intType,
          run: (value) => (ips.data(value).bytes.length === 4 ? 4 : 6),
        }),
      ],
    },
    {
      name: "ip.isCanonical",
      overloads: [
        global("ip_is_canonical", {
          params: [stringType],
          result: boolType,
          run: (written) => formatIpAddress(readIp(text(written))) === written,
        }),
      ],
    },
    test("isUnspecified", "ip_is_unspecified", ({ bytes }) => bytes.every((byte) => byte === 0)),
    test("isLoopback", "ip_is_loopback", isLoopback),
    test("isLinkLocalMulticast", "ip_is_link_local_multicast", isLinkLocalMulticast),
    test("isLinkLocalUnicast", "ip_is_link_local_unicast", isLinkLocalUnicast),
    test("isGlobalUnicast", "ip_is_global_unicast", isGlobalUnicast),
    {
      name: "isIP",
      overloads: [global("is_ip", { params: [stringType], result: boolType, run: (written) => isIp(text(written)) })],
    },
    {
      name: "string",
      overloads: [
        global("ip_to_string", {
          params: [ipType],
          result: stringType,
          run: (value) => formatIpAddress(ips.data(value)),
        }),
      ],
    },
  ],
};

function test(name: string, id: string, holds: (address: IpAddress) => boolean): FunctionDeclaration {
  const run = (value: Parameters<typeof ips.data>[0]) => holds(ips.data(value));
  return { name, overloads: [member(id, { params: [ipType], result: boolType, run })] };
}

function isIp(written: string): boolean {
  try {
    readIp(written);
    return true;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}

function isLoopback({ bytes }: IpAddress): boolean {
  if (bytes.length === 4) return bytes[0] === 127;
  return bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

function isLinkLocalMulticast({ bytes: [first, second = 0, third, ...rest] }: IpAddress): boolean {
  if (rest.length === 1) return first === 224 && second === 0 && third === 0;
  return first === 0xff && (second & 0x0f) === 2;
}

function isLinkLocalUnicast({ bytes: [first, second = 0, ...rest] }: IpAddress): boolean {
  if (rest.length === 2) return first === 169 && second === 254;
  return first === 0xfe && (second & 0xc0) === 0x80;
}

function isGlobalUnicast(address: IpAddress): boolean {
  const { bytes } = address;
  const isMulticast = bytes.length === 4 ? ((bytes[0] ?? 0) & 0xf0) === 0xe0 : bytes[0] === 0xff;
  const isBroadcast = bytes.length === 4 && bytes.every((byte) => byte === 255);
  const isUnspecified = bytes.every((byte) => byte === 0);
  return !isMulticast && !isBroadcast && !isUnspecified && !isLoopback(address) && !isLinkLocalUnicast(address);
}
