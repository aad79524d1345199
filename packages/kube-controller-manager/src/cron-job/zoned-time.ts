/** A time by the clock of a zone, with seconds and the zone's offset: `2026-11-23T09:00:00+01:00`. UTC is `Z`. */
export function formatTimeIn(ms: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en", { ...FIELDS, timeZone }).formatToParts(ms);
  const at = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const seconds = Math.floor(ms / 1000) * 1000;
  const wallMs = Date.UTC(at("year"), at("month") - 1, at("day"), at("hour"), at("minute"), at("second"));
  return `${new Date(wallMs).toISOString().slice(0, 19)}${offset((wallMs - seconds) / 60_000)}`;
}

const FIELDS = {
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
  hourCycle: "h23",
} as const;

function offset(minutes: number): string {
  if (minutes === 0) return "Z";
  const two = (count: number): string => String(count).padStart(2, "0");
  const size = Math.round(Math.abs(minutes));
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
