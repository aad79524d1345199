import { Cron } from "croner";

/** The times of a schedule. */
export interface Schedule {
  /** The first time after this one, if there is any. */
  next(afterMs: number): number | undefined;
}

const MACROS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads a schedule that the API server has found to be sound; throws if it is not, or if the zone is unknown. Without a zone it goes
 * by UTC. A time that the clock leaves out in spring does not come; one that it shows twice in autumn comes twice. A zone within the
 * schedule itself, which is not taken any more, is that of the schedule.
 */
export function parseSchedule(text: string, timeZone = "UTC"): Schedule {
  const [, inner, rest] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text) ?? [];
  if (inner !== undefined && rest !== undefined) return parseSchedule(rest, inner);
  if (text.startsWith("@every ")) return everySo(text.slice("@every ".length));
  const pattern = MACROS[text] ?? text.trim().split(/\s+/).map(inCronersForm).join(" ");
  const cron = new Cron(pattern, { timezone: timeZone, mode: "5-part", paused: true });
  const next = (afterMs: number): number | undefined => cron.nextRun(new Date(afterMs))?.getTime();
  if (timeZone === "UTC") return { next };
  return { next: (afterMs) => nextByTheClock({ next, matches: (ms) => cron.match(new Date(ms)) }, afterMs) };
}

interface ClockTimes extends Schedule {
  /** Whether the clock of the zone shows one of the times. */
  matches(ms: number): boolean;
}

/** By how much clocks are set back. */
const SET_BACK_MS: readonly number[] = [1_800_000, 3_600_000];

/** The first time that the clock really shows, the second pass of an hour that is repeated included. */
function nextByTheClock(times: ClockTimes, afterMs: number): number | undefined {
  let first = nextShown(times, afterMs);
  for (const back of SET_BACK_MS) {
    let before = nextShown(times, afterMs - back);
    while (before !== undefined && before <= afterMs && (first === undefined || before + back < first)) {
      if (times.matches(before + back)) first = before + back;
      before = nextShown(times, before);
    }
  }
  return first;
}

/** What the library puts in the place of a time that the clock leaves out is passed over. */
function nextShown(times: ClockTimes, afterMs: number): number | undefined {
  let next = times.next(afterMs);
  while (next !== undefined && !times.matches(next)) next = times.next(next);
  return next;
}

const LAST: readonly number[] = [59, 23, 31, 12, 6];

/** `?` is `*`, and `5/15` goes on from 5 to the end. */
function inCronersForm(field: string, index: number): string {
  const parts = field.split(",").map((part) => {
    const [range = "", step] = part.split("/");
    const from = range === "?" ? "*" : range;
    if (step === undefined) return from;
    return from === "*" || from.includes("-") ? `${from}/${step}` : `${from}-${LAST[index]}/${step}`;
  });
  return parts.join(",");
}

/** Whole seconds, at least one. */
function everySo(duration: string): Schedule {
  let ms = 0;
  for (const [, amount, unit = ""] of duration.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(amount) * (UNITS_MS[unit] ?? 0);
  }
  const delayMs = Math.max(Math.floor(ms / 1000), 1) * 1000;
  return { next: (afterMs) => Math.floor(afterMs / 1000) * 1000 + delayMs };
}

export interface MissedStarts {
  /** The latest time that is due and has not been used. */
  readonly latestMs: number | undefined;
  /** So many are due that the clock or the controller must have stood still. */
  readonly many: boolean;
  /** False if the schedule never comes. */
  readonly possible: boolean;
}

const MANY = 100;

/** What is due at `nowMs` since `sinceMs`, without visiting each time in between. */
export function missedStarts(schedule: Schedule, sinceMs: number, nowMs: number): MissedStarts {
  const first = schedule.next(sinceMs);
  if (first === undefined) return { latestMs: undefined, many: false, possible: false };
  if (first > nowMs) return { latestMs: undefined, many: false, possible: true };
  const second = schedule.next(first);
  if (second === undefined || second > nowMs) return { latestMs: first, many: false, possible: true };
  const stepMs = second - first;
  const count = Math.floor((nowMs - first) / stepMs) + 1;
  // Steps may differ in length: it starts far enough back, or else from the beginning.
  let latestMs = schedule.next(Math.max(first, first + (count - 3) * stepMs)) ?? first;
  if (latestMs > nowMs) latestMs = first;
  for (let next = schedule.next(latestMs); next !== undefined && next <= nowMs; next = schedule.next(next)) {
    latestMs = next;
  }
  return { latestMs, many: count > MANY, possible: true };
}
