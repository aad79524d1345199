/** Text that is no duration; the message is Go's. */
export class DurationError extends Error {
  override readonly name = "DurationError";
}

const NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};

/** Milliseconds of a Go duration such as `1m30s`. Throws DurationError with Go's text. */
export function parseDuration(text: string): number {
  const sign = /^[-+]/.exec(text)?.[0] ?? "";
  let rest = text.slice(sign.length);
  if (rest === "0") return 0;
  if (rest === "") throw new DurationError(`time: invalid duration ${JSON.stringify(text)}`);
  let nanos = 0;
  while (rest !== "") {
    const part = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
    if (part === null) throw new DurationError(`time: invalid duration ${JSON.stringify(text)}`);
    const [all, number = "", unit = ""] = part;
    if (unit === "") throw new DurationError(`time: missing unit in duration ${JSON.stringify(text)}`);
    if (!Object.hasOwn(NANOS, unit)) {
      throw new DurationError(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    }
    nanos += Number(number) * (NANOS[unit] ?? 0);
    rest = rest.slice(all.length);
  }
  return ((sign === "-" ? -1 : 1) * nanos) / 1e6;
}

/** A duration as Go prints it: `1h0m0s`, `1m30s`, `1.5s`, `300ms`, `0s`. */
export function formatDuration(ms: number): string {
  const nanos = Math.round(Math.abs(ms) * 1e6);
  const sign = ms < 0 ? "-" : "";
  if (nanos === 0) return "0s";
  if (nanos < 1e3) return `${sign}${nanos}ns`;
  if (nanos < 1e6) return `${sign}${nanos / 1e3}\u00b5s`;
  if (nanos < 1e9) return `${sign}${nanos / 1e6}ms`;
  const hours = Math.floor(nanos / 3.6e12);
  const minutes = Math.floor(nanos / 6e10) % 60;
  const seconds = Number(((nanos % 6e10) / 1e9).toFixed(9));
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}

/** An age as kubectl prints it: two or three figures, `5m30s`, `3h`, `2d4h`. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  if (minutes < 10) return withRest(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(minutes / 60);
  if (hours < 8) return withRest(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return withRest(days, "d", hours % 24, "h");
  if (days < 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return years < 8 ? withRest(years, "y", days % 365, "d") : `${years}y`;
}

function withRest(value: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${value}${unit}` : `${value}${unit}${rest}${restUnit}`;
}
