import { CelError } from "../cel-error.ts";
import { intOf, isInt } from "../integer.ts";
import type { CelDuration, CelTimestamp, CelValue } from "../value.ts";

const BILLION = 1_000_000_000n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
const SECONDS_MIN = -62_135_596_800;
const SECONDS_MAX = 253_402_300_799;

/** A span of time. Throws CelError beyond 64 bits. */
export function durationOf(nanos: bigint): CelDuration {
  // Upstream's spans are integers of 64 bits, and their overflow is reported as one.
  if (!isInt(nanos)) throw new CelError("integer overflow");
  return { kind: "duration", nanos };
}

/** An instant by seconds since the epoch. Throws CelError outside the years 1 to 9999. */
export function timestampOf(seconds: number, nanos = 0, offsetMinutes = 0): CelTimestamp {
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) throw new CelError("timestamp overflow");
  return { kind: "timestamp", seconds, nanos, offsetMinutes };
}

/** The instant `nanos` later. */
export function addDuration(time: CelTimestamp, nanos: bigint): CelTimestamp {
  const total = BigInt(time.nanos) + nanos;
  const rest = ((total % BILLION) + BILLION) % BILLION;
  return timestampOf(time.seconds + Number((total - rest) / BILLION), Number(rest), time.offsetMinutes);
}

/** The span from `b` to `a`. */
export function subtractTimestamps(a: CelTimestamp, b: CelTimestamp): CelDuration {
  return durationOf(BigInt(a.seconds - b.seconds) * BILLION + BigInt(a.nanos - b.nanos));
}

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** Reads RFC 3339 text; undefined if it is none. Throws CelError outside the years 1 to 9999. */
export function parseTimestamp(text: string): CelTimestamp | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [zoneHours = 0, zoneMinutes = 0] = parts.slice(9, 11).map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59 || zoneHours > 24 || zoneMinutes > 59) return undefined;
  if (!isDate(year, month, day)) return undefined;
  const offsetMinutes = (parts[8] === "-" ? -1 : 1) * (zoneHours * 60 + zoneMinutes) + 0;
  const seconds = secondsOfDate(year, month, day) + hour * 3600 + minute * 60 + second - offsetMinutes * 60;
  return timestampOf(seconds, nanosOf(parts[7]), offsetMinutes);
}

/** Reads a date, `2026-11-20`, as its first moment in UTC; undefined if it is none. */
export function parseDate(text: string): CelTimestamp | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0] = parts.slice(1).map(Number);
  return isDate(year, month, day) ? timestampOf(secondsOfDate(year, month, day)) : undefined;
}

function isDate(year: number, month: number, day: number): boolean {
  const date = dateOf(year, month, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function secondsOfDate(year: number, month: number, day: number): number {
  return dateOf(year, month, day).getTime() / 1000;
}

function dateOf(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

function nanosOf(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 9).padEnd(9, "0"));
}

/** RFC 3339 text with as many decimals as it takes, in the zone of the value. */
export function formatTimestamp({ seconds, nanos, offsetMinutes }: CelTimestamp): string {
  const fraction = nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
  const local = new Date((seconds + offsetMinutes * 60) * 1000).toISOString().slice(0, 19);
  return `${local}${fraction}${formatOffset(offsetMinutes)}`;
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return "Z";
  const pad = (part: number) => String(part).padStart(2, "0");
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1000n],
  ["\u00b5s", 1000n],
  ["\u03bcs", 1000n],
  ["ms", 1_000_000n],
  ["s", BILLION],
  ["m", 60n * BILLION],
  ["h", 3600n * BILLION],
]);

/** Reads a Go duration such as `1h30m`; undefined if it is none. */
export function parseGoDuration(text: string): CelDuration | undefined {
  const negative = text.startsWith("-");
  const body = /^[-+]/.test(text) ? text.slice(1) : text;
  if (body === "0") return { kind: "duration", nanos: 0n };
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+$/.test(body)) return undefined;
  let nanos = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of body.matchAll(/(\d*)\.?(\d*)([^\d.]+)/g))
    nanos += scaled(whole, fraction, UNITS.get(unit) ?? 0n);
  const signed = negative ? -nanos : nanos;
  return isInt(signed) ? { kind: "duration", nanos: signed } : undefined;
}

function scaled(whole: string, fraction: string, unit: bigint): bigint {
  const part = fraction === "" ? 0n : (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length);
  return BigInt(whole === "" ? "0" : whole) * unit + part;
}

/** Seconds with as many decimals as it takes: `90s`, `1.5s`. */
export function formatSeconds({ nanos }: CelDuration): string {
  return `${plainDecimal(Number(nanos / BILLION) + Number(nanos % BILLION) / 1e9)}s`;
}

/** A number without exponent, as short as it can be. */
export function plainDecimal(value: number): string {
  const text = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", first = "", rest = "", exponent = "0"] = parts;
  const digits = first + rest;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Which part of a date and time `getHours()` and the like return, given the local time as UTC. */
export const TIMESTAMP_PARTS: ReadonlyMap<string, (local: Date, nanos: number) => number> = new Map<
  string,
  (local: Date, nanos: number) => number
>([
  ["getFullYear", (local) => local.getUTCFullYear()],
  ["getMonth", (local) => local.getUTCMonth()],
  ["getDayOfYear", dayOfYear],
  ["getDayOfMonth", (local) => local.getUTCDate() - 1],
  ["getDate", (local) => local.getUTCDate()],
  ["getDayOfWeek", (local) => local.getUTCDay()],
  ["getHours", (local) => local.getUTCHours()],
  ["getMinutes", (local) => local.getUTCMinutes()],
  ["getSeconds", (local) => local.getUTCSeconds()],
  ["getMilliseconds", (_, nanos) => Math.floor(nanos / 1_000_000)],
]);

function dayOfYear(local: Date): number {
  const start = new Date(local);
  start.setUTCMonth(0, 1);
  return Math.round((local.getTime() - start.getTime()) / 86_400_000);
}

/** The same instant as UTC would show it in a zone: an IANA name, or an offset such as `-08:00`. Throws CelError for others. */
export function localTime(time: CelTimestamp, zone: string): Date {
  return new Date(time.seconds * 1000 + zoneOffsetMs(time, zone));
}

function zoneOffsetMs(time: CelTimestamp, zone: string): number {
  if (zone === "" || zone === "UTC") return 0;
  const colon = zone.indexOf(":");
  if (colon < 0) return namedOffsetMs(time, zone);
  const hours = offsetPart(zone.slice(0, colon));
  const minutes = offsetPart(zone.slice(colon + 1));
  if (minutes < 0 || minutes > 59) throw new CelError(`timezone offset minutes out of range [0, 59]: ${zone}`);
  return (zone.startsWith("-") ? hours * 60 - minutes : hours * 60 + minutes) * 60_000;
}

function offsetPart(text: string): number {
  if (!/^[+-]?\d{1,9}$/.test(text)) throw new CelError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

function namedOffsetMs(time: CelTimestamp, zone: string): number {
  const format = zoneFormat(zone);
  const at = time.seconds * 1000;
  const part = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const year = Number(part.get("year")) * (part.get("era") === "BC" ? -1 : 1);
  const local = dateOf(year, Number(part.get("month")), Number(part.get("day")));
  local.setUTCHours(Number(part.get("hour")), Number(part.get("minute")), Number(part.get("second")));
  return local.getTime() - at;
}

function zoneFormat(zone: string): Intl.DateTimeFormat {
  try {
    if (!/^[A-Za-z]/.test(zone)) throw new RangeError(zone);
    return new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CelError(`unknown time zone ${zone}`);
  }
}

/** Whole hours, minutes, seconds of a span; for milliseconds those within the second. */
export function durationPart(value: CelDuration, unit: "hours" | "minutes" | "seconds" | "milliseconds"): CelValue {
  switch (unit) {
    case "hours":
      return intOf(value.nanos / (3600n * BILLION));
    case "minutes":
      return intOf(value.nanos / (60n * BILLION));
    case "seconds":
      return intOf(value.nanos / BILLION);
    case "milliseconds":
      return intOf(value.nanos / 1_000_000n);
  }
}
