// Texts of the API: quantities, times, durations, names, percentages, versions. Tables of inputs and upstream's results.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, humanDuration, parseDuration } from "./duration.ts";
import { goQuote } from "./go-quote.ts";
import { intOrPercent } from "./int-or-percent.ts";
import {
  isConfigMapKey,
  isDns1035Label,
  isDns1123Label,
  isDns1123Subdomain,
  isEnvVarName,
  isLabelValue,
  isPathSegmentName,
  isPortName,
  isQualifiedName,
  utf8Length,
} from "./names.ts";
import { canonicalQuantity, milliQuantity, parseQuantity, quantityFromNumber } from "./quantity.ts";
import { compareResourceVersions } from "./resource-version.ts";
import { canonicalMicroTime, canonicalTime, formatMicroTime, formatTime, parseTime } from "./time.ts";

describe("quantities", () => {
  test.each([
    ["0", "0"],
    ["100m", "100m"],
    ["1000m", "1"],
    ["1500m", "1500m"],
    ["0.5", "500m"],
    ["1.5", "1500m"],
    ["1000", "1k"],
    ["1024", "1024"],
    ["12345", "12345"],
    ["10000", "10k"],
    ["1500", "1500"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["512Ki", "512Ki"],
    ["1Ki", "1Ki"],
    ["0.5Ki", "512"],
    ["1023Ki", "1023Ki"],
    ["0.1Mi", "104857600m"],
    ["5G", "5G"],
    ["5000M", "5G"],
    ["1e3", "1e3"],
    ["12e6", "12e6"],
    ["1E6", "1e6"],
    ["123e-1", "12300e-3"],
    ["-1", "-1"],
    ["+1", "1"],
    ["-0.5", "-500m"],
    ["0.0000000001", "1n"],
    ["1n", "1n"],
    [".5", "500m"],
    ["5.", "5"],
    ["007", "7"],
    ["8Ei", "9223372036854775807"],
    ["1000E", "1e21"],
    ["0Mi", "0"],
  ])("%s is %s", (text, expected) => {
    expect(canonicalQuantity(text)).toBe(expected);
    expect(parseQuantity(text).toString()).toBe(expected);
  });
  test.each(["", "x", "1 Gi", "1.2.3", "--1", "1KI", "Pi", "1e", "0x10"])("%j is none", (text) => {
    expect(() => parseQuantity(text)).toThrow(/quantit|numeric part/);
  });
  test.each(["Gi", "m", "-", "."])("%j is zero, as upstream reads it", (text) => {
    expect(parseQuantity(text).toString()).toBe("0");
  });
  test("arithmetic is exact and keeps the format", () => {
    const sum = parseQuantity("100m").add(parseQuantity("0.2"));
    expect(sum.toString()).toBe("300m");
    expect(parseQuantity("1Gi").sub(parseQuantity("512Mi")).toString()).toBe("512Mi");
    expect(parseQuantity("0").add(parseQuantity("1Ki")).toString()).toBe("1Ki");
    expect(parseQuantity("1").compare(parseQuantity("1000m"))).toBe(0);
    expect(parseQuantity("1").compare(parseQuantity("1001m"))).toBeLessThan(0);
    expect(parseQuantity("-1").neg().sign).toBe(1);
  });
  test("whole numbers are rounded away from zero", () => {
    expect([
      parseQuantity("1500m").value(),
      parseQuantity("100u").milliValue(),
      parseQuantity("-1500m").value(),
    ]).toEqual([2, 1, -2]);
    expect([
      quantityFromNumber(2048, "BinarySI").toString(),
      milliQuantity(1500).toString(),
      parseQuantity("2.5").toNumber(),
    ]).toEqual(["2Ki", "1500m", 2.5]);
  });
  test("canonical text reads as the same number and stays as it is", () => {
    const suffix = fc.constantFrom("", "m", "u", "n", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "e-2");
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 999 }),
        suffix,
        (whole, fraction, unit) => {
          const text = `${whole}.${fraction}${unit}`;
          const canonical = canonicalQuantity(text);
          expect(parseQuantity(canonical).units).toBe(parseQuantity(text).units);
          expect(canonicalQuantity(canonical)).toBe(canonical);
        },
      ),
    );
  });
});

describe("times", () => {
  test.each([
    ["2026-11-20T19:00:00Z", "2026-11-20T19:00:00Z"],
    ["2026-11-20T19:00:00.999Z", "2026-11-20T19:00:00Z"],
    ["2026-11-20T19:00:00+02:30", "2026-11-20T16:30:00Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
  ])("%s is %s", (text, expected) => {
    expect(canonicalTime(text)).toBe(expected);
  });
  test("micro times have six decimals", () => {
    expect(canonicalMicroTime("2026-11-20T19:00:00.123456+01:00")).toBe("2026-11-20T18:00:00.123456Z");
    expect(() => canonicalMicroTime("2026-11-20T19:00:00Z")).toThrow('cannot parse "Z" as ".000000"');
    expect(formatMicroTime(1500, 7)).toBe("1970-01-01T00:00:01.500007Z");
  });
  test.each([
    ["2026-13-01T00:00:00Z", "month out of range"],
    ["2025-02-29T00:00:00Z", "day out of range"],
    ["2026-01-01T24:00:00Z", "hour out of range"],
    ["2026-01-01 00:00:00Z", 'cannot parse " 00:00:00Z" as "T"'],
    ["2026-01-01T00:00:00", 'cannot parse "" as "Z07:00"'],
    ["2026-01-01T00:00:00Zx", 'extra text: "x"'],
  ])("%s: %s", (text, why) => {
    expect(() => parseTime(text)).toThrow(why);
  });
  test("there and back", () => {
    expect(parseTime(formatTime(1_700_000_000_123))).toBe(1_700_000_000_000);
  });
});

describe("durations", () => {
  test.each([
    ["0", "0s"],
    ["1m30s", "1m30s"],
    ["90s", "1m30s"],
    ["1h", "1h0m0s"],
    ["1.5s", "1.5s"],
    ["300ms", "300ms"],
    ["-1m", "-1m0s"],
    ["100us", "100\u00b5s"],
    ["1h15m30.918s", "1h15m30.918s"],
  ])("%s is %s", (text, expected) => {
    expect(formatDuration(parseDuration(text))).toBe(expected);
  });
  test.each([
    ["", 'time: invalid duration ""'],
    ["5", 'time: missing unit in duration "5"'],
    ["5x", 'time: unknown unit "x" in duration "5x"'],
    ["abc", 'time: invalid duration "abc"'],
  ])("%j: %s", (text, why) => {
    expect(() => parseDuration(text)).toThrow(why);
  });
  test("ages as kubectl shows them", () => {
    const second = 1000;
    const hour = 3600 * second;
    const ages = [
      -5 * second,
      -1,
      0,
      119 * second,
      120 * second,
      125 * second,
      600 * second,
      3 * hour - 1,
      3 * hour,
      3.5 * hour,
      8 * hour,
      47 * hour,
      48 * hour,
      52 * hour,
      8 * 24 * hour,
      800 * 24 * hour,
      9 * 365 * 24 * hour,
    ];
    expect(ages.map(humanDuration)).toEqual([
      "<invalid>",
      "0s",
      "0s",
      "119s",
      "2m",
      "2m5s",
      "10m",
      "179m",
      "3h",
      "3h30m",
      "8h",
      "47h",
      "2d",
      "2d4h",
      "8d",
      "2y70d",
      "9y",
    ]);
  });
});

describe("names", () => {
  test("valid ones have no findings", () => {
    const found = [
      isDns1123Label("web-1"),
      isDns1123Subdomain("a.b-c.d1"),
      isDns1035Label("web"),
      isQualifiedName("example.com/My_name.1"),
      isQualifiedName("app"),
      isLabelValue(""),
      isLabelValue("A_b.c-1"),
      isConfigMapKey("..a".slice(1)),
      isEnvVarName("MY_VAR"),
      isPortName("http-2"),
      isPathSegmentName("system:x"),
    ];
    expect(found.flat()).toEqual([]);
  });
  test.each<[readonly string[], readonly string[]]>([
    [isDns1123Label("a.b"), ["must not contain dots"]],
    [isDns1123Label("x".repeat(64)), ["must be no more than 63 characters"]],
    [
      isQualifiedName("a/b/c")
        .slice(0, 1)
        .map((m) => m.slice(0, 20)),
      ["a valid label key mu"],
    ],
    [isQualifiedName("/x"), ["prefix part must be non-empty"]],
    [isQualifiedName("x/").slice(0, 1), ["name part must be non-empty"]],
    [isQualifiedName("x".repeat(64)), ["name part must be no more than 63 bytes"]],
    [isLabelValue("x".repeat(64)), ["must be no more than 63 bytes"]],
    [isPortName("a--b"), ["must not contain consecutive hyphens"]],
    [isPortName("1234"), ["must contain at least one letter (a-z)"]],
    [isConfigMapKey(".."), ["must not be '..'"]],
    [isPathSegmentName("a/b"), ["may not contain '/'"]],
    [isPathSegmentName(".."), ["may not be '..'"]],
  ])("%j", (found, expected) => {
    expect(found).toEqual(expected);
  });
  test("a pattern that does not match is explained in upstream's words", () => {
    expect(isDns1123Subdomain("A")).toEqual([
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ]);
  });
  test("length in UTF-8", () => {
    expect(["a", "é", "€", "😀"].map(utf8Length)).toEqual([1, 2, 3, 4]);
  });
});

test("percentages", () => {
  expect([intOrPercent(3, 10, true), intOrPercent("25%", 10, true), intOrPercent("25%", 10, false)]).toEqual([3, 3, 2]);
  expect(() => intOrPercent("x", 10, true)).toThrow("invalid value for IntOrString");
});

test("resource versions are compared as numbers of any length", () => {
  expect(compareResourceVersions("9", "10")).toBeLessThan(0);
  expect(compareResourceVersions("10", "010")).toBe(0);
  expect(compareResourceVersions("18446744073709551616", "18446744073709551615")).toBeGreaterThan(0);
  expect(compareResourceVersions("", "0")).toBeLessThan(0);
});

test("quoting as Go does", () => {
  expect(goQuote('a"\\\n\u0001é')).toBe('"a\\"\\\\\\n\\x01é"');
});
