import ipaddr from "ipaddr.js";

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const DATE = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Tells a date of the calendar. */
function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ["date", isDate],
  ["date-time", (text: string) => DATE_TIME.test(text) && isDate(text.slice(0, 10))],
  ["email", (text: string) => /^[^\s@]+@[^\s@]+$/.test(text)],
  ["ipv4", (text: string) => ipaddr.IPv4.isValidFourPartDecimal(text)],
  ["ipv6", (text: string) => ipaddr.IPv6.isValid(text)],
  ["cidr", (text: string) => ipaddr.isValidCIDR(text)],
  ["uuid", (text: string) => UUID.test(text)],
  ["mac", (text: string) => /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)],
  ["byte", (text: string) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)],
  ["duration", (text: string) => /^[+-]?(\d+(\.\d*)?\s*(ns|us|µs|ms|s|m|h|d|w))+$/.test(text) || text === "0"],
  [
    "hostname",
    (text: string) =>
      text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i.test(text),
  ],
  ["uri", (text: string) => /^[a-z][a-z0-9+.-]*:\S*$/i.test(text) || text.startsWith("/")],
]);

/** True if a text has a format of OpenAPI, or if nobody knows the format. */
export function customFormat(format: string, text: string): boolean {
  return FORMATS.get(format)?.(text) ?? true;
}
