import { isDns1123Label, isDns1123Subdomain } from "@skates/apimachinery";
import ipaddr from "ipaddr.js";

type Check = (text: string) => boolean;

/** Tells a date of the calendar. */
function isDate(text: string): boolean {
  if (!/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

function isIpv4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text);
}

function isIpv6(text: string): boolean {
  return text.includes(":") && !text.includes("%") && ipaddr.IPv6.isValid(text);
}

function isCidr(text: string): boolean {
  const [address = "", bits = "", ...more] = text.split("/");
  if (more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return false;
  return isIpv4(address) ? Number(bits) <= 32 : isIpv6(address) && Number(bits) <= 128;
}

/** 6, 8 or 20 bytes, two digits each, or four between dots. */
function isMac(text: string): boolean {
  const bytes = /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1)*[0-9a-f]{2}$/i.test(text) ? (text.length + 1) / 3 : 0;
  const words = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text) ? ((text.length + 1) / 5) * 2 : 0;
  return [6, 8, 20].includes(bytes) || [6, 8, 20].includes(words);
}

function isHostname(text: string): boolean {
  const part = /^[a-z0-9\p{S}\p{L}](?:[a-z0-9\p{S}\p{L}-]{0,61}[a-z0-9\p{S}\p{L}])?$/iu;
  const parts = text.split(".");
  if (text.length > 255 || !parts.every((one) => part.test(one))) return false;
  return parts.length === 1 || /^[a-z\p{L}]{2,63}$/iu.test(parts.at(-1) ?? "");
}

/** A whole address, or an absolute path. */
function isUri(text: string): boolean {
  if (/[\s\p{Cc}]/u.test(text) || /%(?![0-9a-f]{2})/i.test(text)) return false;
  return text.startsWith("/") || /^[a-z][a-z0-9+.-]*:.+$/i.test(text);
}

/** An address, with or without a name before it. */
function isEmail(text: string): boolean {
  const [, named] = /^[^<>]*<([^<>]+)>\s*$/.exec(text) ?? [];
  return /^(?:"[^"]+"|[^\s@"<>(),:;\\]+)@[^\s@<>(),:;\\]+$/.test((named ?? text).trim());
}

const UNITS =
  "ns|nano|nanosecond|us|µs|μs|micro|microsecond|ms|milli|millisecond|s|sec|second|m|min|minute|h|hr|hour|d|day|w|wk|week";
const WORDS = new RegExp(`^(?:\\d+\\s*(?:${UNITS})s?\\s*)+$`);

/** As Go writes durations, or in words as Scala does. */
function isDuration(text: string): boolean {
  return /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text) || WORDS.test(text.trim());
}

function digitsOf(text: string): readonly number[] {
  return Array.from(text.replaceAll(/[\s-]/g, ""), (digit) => (/[Xx]/.test(digit) ? 10 : Number(digit)));
}

function isIsbn10(text: string): boolean {
  const plain = text.replaceAll(/[\s-]/g, "");
  if (!/^\d{9}[\dX]$/.test(plain)) return false;
  return digitsOf(plain).reduce((sum, digit, index) => sum + (index + 1) * digit, 0) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const plain = text.replaceAll(/[\s-]/g, "");
  if (!/^\d{13}$/.test(plain)) return false;
  return digitsOf(plain).reduce((sum, digit, index) => sum + (index % 2 === 0 ? 1 : 3) * digit, 0) % 10 === 0;
}

const CARD =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(text: string): boolean {
  const plain = text.replaceAll(/\D/g, "");
  if (!CARD.test(plain)) return false;
  const sum = Array.from(plain)
    .reverse()
    .reduce((total, digit, index) => {
      const value = index % 2 === 1 ? Number(digit) * 2 : Number(digit);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

function isRgb(text: string): boolean {
  const [, ...parts] = /^rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)$/.exec(text) ?? [];
  return parts.length === 3 && parts.every((part) => Number(part) <= 255);
}

function matches(pattern: RegExp): Check {
  return (text) => pattern.test(text);
}

/** Upstream's list, by names without dashes. */
const FORMATS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["bsonobjectid", matches(/^[0-9a-f]{24}$/i)],
  ["uri", isUri],
  ["email", isEmail],
  ["hostname", isHostname],
  ["ipv4", isIpv4],
  ["ipv6", isIpv6],
  ["cidr", isCidr],
  ["mac", isMac],
  ["uuid", matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ["uuid3", matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i)],
  ["uuid4", matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ["uuid5", matches(/^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i)],
  ["isbn", (text) => isIsbn10(text) || isIsbn13(text)],
  ["isbn10", isIsbn10],
  ["isbn13", isIsbn13],
  ["creditcard", isCreditCard],
  ["ssn", matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ["hexcolor", matches(/^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i)],
  ["rgbcolor", isRgb],
  ["byte", matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/)],
  ["password", () => true],
  ["date", isDate],
  ["duration", isDuration],
  ["datetime", (text) => DATE_TIME.test(text) && isDate(text.slice(0, 10))],
  ["k8sshortname", (text) => isDns1123Label(text).length === 0],
  ["k8slongname", (text) => isDns1123Subdomain(text).length === 0],
]);

/** What tells a text of a format; undefined where nobody knows the format, or where it is no format of texts. */
export function customFormat(format: string | undefined, type: string | undefined): Check | undefined {
  if (format === undefined || ((type ?? "") !== "" && type !== "string")) return undefined;
  return FORMATS.get(format.replaceAll("-", ""));
}
