import { base64Decode } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import type { CelBytes, CelDuration, CelTimestamp } from "../value.ts";
import { bytes } from "../values/scalars.ts";
import { durationOf, parseDate, parseGoDuration, parseTimestamp } from "../values/time.ts";

/** RFC 3339 text. Throws CelError. */
export function toTimestampOfJson(text: string): CelTimestamp {
  const value = parseTimestamp(text);
  if (value === undefined) throw new CelError(`Invalid date-time formatted string ${text}`);
  return value;
}

/** A date as its first moment in UTC. Throws CelError. */
export function toDateOfJson(text: string): CelTimestamp {
  const value = parseDate(text);
  if (value === undefined) throw new CelError(`Invalid date formatted string ${text}`);
  return value;
}

/** Base64 text. Throws CelError. */
export function toBytesOfBase64(text: string): CelBytes {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text))
    throw new CelError(`Invalid byte formatted string ${text}`);
  return bytes(base64Decode(text));
}

const DURATION_UNITS: readonly (readonly [names: string, nanos: bigint])[] = [
  ["ns nano nanos nanosecond nanoseconds", 1n],
  ["us micro micros microsecond microseconds \u00b5s", 1000n],
  ["ms milli millis millisecond milliseconds", 1_000_000n],
  ["s sec secs second seconds", 1_000_000_000n],
  ["m min mins minute minutes", 60_000_000_000n],
  ["h hr hrs hour hours", 3_600_000_000_000n],
  ["d day days", 86_400_000_000_000n],
  ["w week weeks", 604_800_000_000_000n],
];
const NANOS_BY_UNIT: ReadonlyMap<string, bigint> = new Map(
  DURATION_UNITS.flatMap(([names, nanos]) => names.split(" ").map((name) => [name, nanos] as const)),
);

/** A Go duration, or a number of a unit in words, `3 days`. Throws CelError. */
export function toDurationOfJson(text: string): CelDuration {
  const duration = parseGoDuration(text);
  if (duration !== undefined) return duration;
  const parts = Array.from(text.matchAll(/(\d+)\s*([A-Za-z\u00b5]+)/g));
  const nanos = parts.map(([, count = "0", unit = ""]) => {
    const each = NANOS_BY_UNIT.get(unit.toLowerCase());
    return each === undefined ? undefined : BigInt(count) * each;
  });
  const known = nanos.filter((each) => each !== undefined);
  if (known.length === 0 || known.length < nanos.length)
    throw new CelError(`Invalid duration ${text}: unable to parse ${text} as duration`);
  return durationOf(known.reduce((sum, each) => sum + each, 0n));
}
