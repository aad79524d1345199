// Every format of upstream's list, each by a text that has it and texts that do not.
import { expect, test } from "vitest";
import { customFormat } from "./custom-formats.ts";

test.each([
  ["bsonobjectid", ["507f1f77bcf86cd799439011"], ["507f1f77bcf86cd79943901", "z07f1f77bcf86cd799439011"]],
  ["uri", ["https://example.com/a?b=c", "/path", "urn:isbn:1"], ["example.com", "http://a b", "/%zz"]],
  ["email", ["a@example.com", "Somebody <a@example.com>"], ["a", "a@", "@b", "a b@c"]],
  ["hostname", ["example.com", "localhost", "a-b.example"], ["-a.example", "a..b", `${"a".repeat(64)}.example`]],
  ["ipv4", ["10.0.0.1"], ["1.2.3", "10.0.0.256", "::1"]],
  ["ipv6", ["::1", "fd00::1", "::ffff:10.0.0.1"], ["10.0.0.1", "fe80::1%eth0", ":::"]],
  ["cidr", ["10.0.0.0/8", "fd00::/64"], ["10.0.0.0", "10.0.0.0/33", "fd00::/129", "10/8", "10.0.0.0/08"]],
  ["mac", ["01:23:45:67:89:ab", "01-23-45-67-89-AB", "0123.4567.89ab"], ["01:23:45:67:89", "01:23-45:67:89:ab"]],
  ["uuid", ["123E4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000"], ["123e4567"]],
  ["uuid3", ["123e4567-e89b-32d3-a456-426614174000"], ["123e4567-e89b-42d3-a456-426614174000"]],
  ["uuid4", ["123e4567-e89b-42d3-a456-426614174000"], ["123e4567-e89b-42d3-c456-426614174000"]],
  ["uuid5", ["123e4567-e89b-52d3-a456-426614174000"], ["123e4567-e89b-42d3-a456-426614174000"]],
  ["isbn", ["0321751043", "978-0321751041"], ["0321751044", "978-0321751042"]],
  ["isbn10", ["0321751043"], ["9780321751041"]],
  ["isbn13", ["978-0321751041"], ["0321751043"]],
  ["creditcard", ["4111 1111 1111 1111"], ["4111111111111112", "1"]],
  ["ssn", ["111-22-3333"], ["1112-2-3333"]],
  ["hexcolor", ["#FFFFFF", "abc"], ["#ffff", "#ggg"]],
  ["rgbcolor", ["rgb(255, 0,1)"], ["rgb(256,0,0)", "rgb(1,2)"]],
  ["byte", ["aGVsbG8=", ""], ["a", "a==="]],
  ["password", ["anything"], []],
  ["date", ["2026-02-28"], ["2026-02-30", "26-02-28"]],
  ["date-time", ["2026-02-28T00:00:00Z", "2026-02-28T00:00:00.123+01:00"], ["2026-02-30T00:00:00Z", "2026-02-28"]],
  ["duration", ["1h30m", "22 ns", "1 day", "-5s", "0"], ["1", "h", "1 fortnight"]],
  ["k8s-short-name", ["a-b"], ["A", "a.b", "a".repeat(64)]],
  ["k8s-long-name", ["a.b"], ["A.b", "-a"]],
] as const)("%s", (format, right, wrong) => {
  const check = customFormat(format, "string");
  expect(right.filter((text) => check?.(text) !== true)).toEqual([]);
  expect(wrong.filter((text) => check?.(text) !== false)).toEqual([]);
});

test("formats that nobody knows, and those of numbers, say nothing about texts", () => {
  expect([customFormat("nobody-knows", "string"), customFormat("ipv4", "integer")]).toEqual([undefined, undefined]);
});
