import { goQuote } from "@skates/apimachinery";
import { CelError, noSuchOverload } from "../cel-error.ts";
import type { Library } from "../declaration.ts";
import { global, member, text } from "../standard/overload.ts";
import { boolType, type CelType, intType, opaqueType, stringType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { ips, ipType, readIp } from "./ip.ts";
import {
  AddressError,
  formatIpAddress,
  type IpAddress,
  isIpv4InIpv6,
  maskedAddress,
  parseIpAddress,
  sharesPrefix,
} from "./ip-address.ts";
import { opaqueKind } from "./opaque.ts";

/** Upstream hides why a text is no address behind another message. */
function addressOf(written: string): IpAddress {
  try {
    return readIp(written);
  } catch (error) {
    throw error instanceof CelError ? noSuchOverload() : error;
  }
}

interface Prefix {
  readonly address: IpAddress;
  readonly bits: number;
}

const cidrType: CelType = opaqueType("net.CIDR");
const cidrs = opaqueKind<Prefix>(cidrType, {
  equals: (one, other) => one.bits === other.bits && sharesPrefix(one.address, other.address, 128),
  size: ({ bits }) => Math.ceil(bits / 8),
});

/** `cidr("10.0.0.0/8")` and what can be asked of it. */
export const cidrLibrary: Library = {
  name: "kubernetes.net.cidr",
  types: [cidrType],
  functions: [
    {
      name: "cidr",
      overloads: [
        global("string_to_cidr", {
          params: [stringType],
          result: cidrType,
          run: (written) => cidrs.make(readCidr(text(written))),
        }),
      ],
    },
    {
      name: "containsIP",
      overloads: [
        member("cidr_contains_ip_string", {
          params: [cidrType, stringType],
          result: boolType,
          run: (value, written) => containsIp(cidrs.data(value), addressOf(text(written))),
        }),
        member("cidr_contains_ip_ip", {
          params: [cidrType, ipType],
          result: boolType,
          run: (value, ip) => containsIp(cidrs.data(value), ips.data(ip)),
        }),
      ],
    },
    {
      name: "containsCIDR",
      overloads: [
        member("cidr_contains_cidr_string", {
          params: [cidrType, stringType],
          result: boolType,
          run: (value, written) => containsCidr(cidrs.data(value), readCidr(text(written))),
        }),
        member("cidr_contains_cidr", {
          params: [cidrType, cidrType],
          result: boolType,
          run: (value, other) => containsCidr(cidrs.data(value), cidrs.data(other)),
        }),
      ],
    },
    {
      name: "ip",
      overloads: [
        member("cidr_ip", {
          params: [cidrType],
          result: ipType,
          run: (value) => ips.make(cidrs.data(value).address),
        }),
      ],
    },
    {
      name: "prefixLength",
      overloads: [
        member("cidr_prefix_length", { params: [cidrType], result: intType, run: (value) => cidrs.data(value).bits }),
      ],
    },
    { name: "masked", overloads: [member("cidr_masked", { params: [cidrType], result: cidrType, run: masked })] },
    {
      name: "isCIDR",
      overloads: [
        global("is_cidr", { params: [stringType], result: boolType, run: (written) => isCidr(text(written)) }),
      ],
    },
    {
      name: "string",
      overloads: [
        global("cidr_to_string", {
          params: [cidrType],
          result: stringType,
          run: (value) => `${formatIpAddress(cidrs.data(value).address)}/${cidrs.data(value).bits}`,
        }),
      ],
    },
  ],
};

function masked(value: CelValue): CelValue {
  const { address, bits } = cidrs.data(value);
  return cidrs.make({ address: maskedAddress(address, bits), bits });
}

function containsIp({ address, bits }: Prefix, ip: IpAddress): boolean {
  return sharesPrefix(address, ip, bits);
}

function containsCidr(one: Prefix, other: Prefix): boolean {
  return one.bits <= other.bits && sharesPrefix(one.address, other.address, one.bits);
}

/** Upstream says where it happened twice. */
const CONTEXT = "network address parse error during conversion from string";

function readCidr(written: string): Prefix {
  try {
    return parsePrefix(written);
  } catch (error) {
    if (error instanceof AddressError) throw new CelError(`${CONTEXT}: ${error.message}`);
    throw error;
  }
}

function parsePrefix(written: string): Prefix {
  const fail = (message: string) => new AddressError(`${CONTEXT}: netip.ParsePrefix(${goQuote(written)}): ${message}`);
  const slash = written.lastIndexOf("/");
  if (slash < 0) throw fail("no '/'");
  const address = prefixAddress(written.slice(0, slash), fail);
  if (address.zone !== "") throw fail("IPv6 zones cannot be present in a prefix");
  const digits = written.slice(slash + 1);
  if (!/^[+-]?\d+$/.test(digits) || (digits.length > 1 && !/^[1-9]/.test(digits)))
    throw fail(`bad bits after slash: ${goQuote(digits)}`);
  const bits = Number(digits);
  if (bits > 8 * address.bytes.length) throw fail("prefix length out of range");
  if (isIpv4InIpv6(address)) throw new AddressError(`IPv4-mapped IPv6 address ${goQuote(written)} is not allowed`);
  return { address, bits };
}

function prefixAddress(written: string, fail: (message: string) => AddressError): IpAddress {
  try {
    return parseIpAddress(written);
  } catch (error) {
    if (error instanceof AddressError) throw fail(error.message);
    throw error;
  }
}

function isCidr(written: string): boolean {
  try {
    readCidr(written);
    return true;
  } catch (error) {
    if (error instanceof CelError) return false;
    throw error;
  }
}
