/** Text that is no time; the message is Go's. */
export class TimeError extends Error {
  override readonly name = "TimeError";
}

const LAYOUT = "2006-01-02T15:04:05Z07:00";
const MICRO_LAYOUT = "2006-01-02T15:04:05.000000Z07:00";

/** Milliseconds since the epoch of RFC 3339 text; fractions beyond milliseconds are cut. Throws TimeError with Go's text. */
export function parseTime(text: string): number {
  return readTime(text, LAYOUT).ms;
}

/** RFC 3339, UTC, whole seconds: metav1.Time. */
export function formatTime(ms: number): string {
  return `${secondText(Math.floor(ms / 1000))}Z`;
}

/** RFC 3339, UTC, six decimals: metav1.MicroTime. `micros` are the microseconds within the millisecond. */
export function formatMicroTime(ms: number, micros = 0): string {
  const whole = Math.trunc(ms);
  const second = Math.floor(whole / 1000);
  return `${secondText(second)}.${threeDigits(whole - second * 1000)}${threeDigits(micros)}Z`;
}

/** What was written last: nearly always, the same second is wanted again. */
let lastSecond = 0;
let lastText = "1970-01-01T00:00:00";

function secondText(second: number): string {
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toISOString().slice(0, 19);
    lastSecond = second;
  }
  return lastText;
}

function threeDigits(value: number): string {
  return value >= 100 ? String(value) : value >= 10 ? `0${value}` : `00${value}`;
}

const CANONICAL = /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** metav1.Time as it is written: UTC, whole seconds. Throws TimeError. */
export function canonicalTime(text: string): string {
  return CANONICAL.test(text) ? text : formatTime(parseTime(text));
}

/** metav1.MicroTime as it is written. Exactly six decimals are read, as upstream does. Throws TimeError. */
export function canonicalMicroTime(text: string): string {
  const { ms, micros } = readTime(text, MICRO_LAYOUT);
  return formatMicroTime(ms, micros);
}

interface Instant {
  readonly ms: number;
  readonly micros: number;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** What is expected at each place, and how Go names it when it is not there. */
const PARTS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\d{4}/y, "2006"],
  [/-/y, "-"],
  [/\d{2}/y, "01"],
  [/-/y, "-"],
  [/\d{2}/y, "02"],
  [/T/y, "T"],
  [/\d{1,2}/y, "15"],
  [/:/y, ":"],
  [/\d{2}/y, "04"],
  [/:/y, ":"],
  [/\d{2}/y, "05"],
];

function readTime(text: string, layout: string): Instant {
  const fail = (rest: string, name: string): never => {
    throw new TimeError(
      `parsing time ${quote(text)} as ${quote(layout)}: cannot parse ${quote(rest)} as ${quote(name)}`,
    );
  };
  const numbers: number[] = [];
  let at = 0;
  for (const [pattern, name] of PARTS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return fail(text.slice(at), name);
    if (name.length > 1) numbers.push(Number(found));
    at += found.length;
  }
  const fraction = (layout === MICRO_LAYOUT ? /^\.\d{6}(?!\d)/ : /^[.,]\d+/).exec(text.slice(at))?.[0] ?? "";
  if (fraction === "" && layout === MICRO_LAYOUT) return fail(text.slice(at), ".000000");
  at += fraction.length;
  const zone = /^(?:Z|([+-])(\d{2}):(\d{2}))/.exec(text.slice(at));
  if (zone === null) return fail(text.slice(at), "Z07:00");
  const extra = text.slice(at + zone[0].length);
  if (extra !== "") throw new TimeError(`parsing time ${quote(text)}: extra text: ${quote(extra)}`);
  const offset = (Number(zone[2] ?? 0) * 60 + Number(zone[3] ?? 0)) * (zone[1] === "-" ? -1 : 1);
  return instant({ text, numbers, offset, fraction: fraction.slice(1, 7).padEnd(6, "0") });
}

interface Read {
  readonly text: string;
  readonly numbers: readonly number[];
  readonly offset: number;
  readonly fraction: string;
}

function instant({ text, numbers, offset, fraction }: Read): Instant {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && !leap ? 28 : (DAYS[month - 1] ?? 0);
  const out = (what: string): never => {
    throw new TimeError(`parsing time ${quote(text)}: ${what} out of range`);
  };
  if (month < 1 || month > 12) return out("month");
  if (day < 1 || day > days) return out("day");
  if (hour > 23) return out("hour");
  if (minute > 59) return out("minute");
  if (second > 59) return out("second");
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const ms = date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + Number(fraction.slice(0, 3));
  return { ms, micros: Number(fraction.slice(3)) };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
