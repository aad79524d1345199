// Addresses and ranges read and written, and which addresses of a range services may have.
import { describe, expect, it } from "vitest";
import { lowerBand, ADDRESS_BANDS, PORT_BANDS } from "./bands.ts";
import { contains, formatAddress, parseAddress, parseCidr, usableAddress, usableCount } from "./cidr.ts";

describe("addresses", () => {
  it.each([
    ["10.96.0.1", "10.96.0.1"],
    ["fd00:0:0::1", "fd00::1"],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:DB8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::ffff:10.0.0.1", "::ffff:a00:1"],
  ])("%s is %s", (text, canonical) => {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(canonical);
  });

  it.each([
    "",
    "10.96.0",
    "10.96.0.256",
    "10.96.0.01",
    "1.2.3.4.5",
    "a.b.c.d",
    "fd00",
    "1::2::3",
    "1:2:3:4:5:6:7:8:9",
    "12345::",
    "::1.2.3",
    "1:2:3:4:5:6:7:8::",
  ])("%j is none", (text) => {
    expect(parseAddress(text)).toBe(undefined);
  });
});

describe("ranges", () => {
  it.each([
    ["10.96.0.0/16", 65534n, "10.96.0.1", "10.96.255.254"],
    ["10.96.1.7/30", 2n, "10.96.1.5", "10.96.1.6"],
    ["fd00::/126", 3n, "fd00::1", "fd00::3"],
    ["10.0.0.9/32", 1n, "10.0.0.9", "10.0.0.9"],
  ])("%s has %d addresses from %s to %s", (text, count, first, last) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new Error("no range");
    expect(usableCount(cidr)).toBe(count);
    expect([formatAddress(usableAddress(cidr, 0n)), formatAddress(usableAddress(cidr, count - 1n))]).toEqual([
      first,
      last,
    ]);
  });

  it.each(["10.96.0.0", "10.96.0.0/33", "fd00::/129", "10.96.0.0/", "x/8", "10.96.0.0/-1"])("%j is none", (text) => {
    expect(parseCidr(text)).toBe(undefined);
  });

  it("know what lies in them", () => {
    const cidr = parseCidr("10.96.0.0/24");
    const inside = (text: string) =>
      cidr !== undefined && contains(cidr, parseAddress(text) ?? { family: "IPv4", value: -1n });
    expect(["10.96.0.0", "10.96.0.255", "10.96.1.0", "10.95.255.255", "::a60:1"].map(inside)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

it("bands have upstream's sizes", () => {
  expect([8, 16, 17, 254, 4094, 65534].map((size) => lowerBand(size, ADDRESS_BANDS))).toEqual([0, 0, 16, 16, 255, 256]);
  expect([16, 40, 2768, 10_000].map((size) => lowerBand(size, PORT_BANDS))).toEqual([0, 16, 86, 128]);
});
