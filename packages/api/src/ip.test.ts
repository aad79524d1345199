// Addresses and ranges as text: what is read, and how it is written.
import { expect, test } from "vitest";
import { formatIp, isMaskedCidr, parseCidr, parseIp } from "./ip.ts";

test.each([
  ["10.0.0.1", "10.0.0.1"],
  ["::", "::"],
  ["::1", "::1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
  ["::ffff:1.2.3.4", "::ffff:102:304"],
])("%s is %s", (text, canonical) => {
  const ip = parseIp(text);
  expect(ip === undefined ? undefined : formatIp(ip)).toBe(canonical);
});

test.each([
  "",
  "010.0.0.1",
  "1.2.3",
  "1.2.3.256",
  "1::2::3",
  "12345::",
  "1:2:3:4:5:6:7:8:9",
  "::1%eth0",
  "1:2:3:4:5:6:7::8",
])("'%s' is no address", (text) => {
  expect(parseIp(text)).toBeUndefined();
});

test.each([
  ["10.96.0.0/16", true],
  ["10.96.0.1/16", false],
  ["10.96.0.1/32", true],
  ["fd00::/108", true],
])("the bits after the prefix of %s are zero: %s", (text, masked) => {
  const cidr = parseCidr(text);
  expect(cidr === undefined ? undefined : isMaskedCidr(cidr)).toBe(masked);
});

test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/08", "x/8"])("'%s' is no range", (text) => {
  expect(parseCidr(text)).toBeUndefined();
});
