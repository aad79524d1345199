import type { FunctionDeclaration, Overload } from "../declaration.ts";
import { durationType, intType, stringType, timestampType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { durationPart, localTime, TIMESTAMP_PARTS } from "../values/time.ts";
import { duration, text, timestamp } from "./overload.ts";

const PART_IDS: ReadonlyMap<string, string> = new Map([
  ["getFullYear", "timestamp_to_year"],
  ["getMonth", "timestamp_to_month"],
  ["getDayOfYear", "timestamp_to_day_of_year"],
  ["getDayOfMonth", "timestamp_to_day_of_month"],
  ["getDate", "timestamp_to_day_of_month_1_based"],
  ["getDayOfWeek", "timestamp_to_day_of_week"],
  ["getHours", "timestamp_to_hours"],
  ["getMinutes", "timestamp_to_minutes"],
  ["getSeconds", "timestamp_to_seconds"],
  ["getMilliseconds", "timestamp_to_milliseconds"],
]);

const DURATION_PARTS = [
  ["getHours", "hours"],
  ["getMinutes", "minutes"],
  ["getSeconds", "seconds"],
  ["getMilliseconds", "milliseconds"],
] as const;

/** What dates, times and spans are made of: `getFullYear()`, `getHours("Europe/Berlin")`. */
export function timeFunctions(): readonly FunctionDeclaration[] {
  return [...TIMESTAMP_PARTS].map(([name, part]) => {
    const id = PART_IDS.get(name) ?? name;
    const partOf = (value: CelValue, zone: string) => {
      const time = timestamp(value);
      return part(localTime(time, zone), time.nanos);
    };
    const overloads: Overload[] = [
      { id, member: true, params: [timestampType], result: intType, run: (value) => partOf(value, "UTC") },
      {
        id: `${id}_with_tz`,
        member: true,
        params: [timestampType, stringType],
        result: intType,
        run: (value, zone) => partOf(value, text(zone)),
      },
    ];
    const unit = DURATION_PARTS.find(([of]) => of === name)?.[1];
    if (unit !== undefined)
      overloads.push({
        id: `duration_to_${unit}`,
        member: true,
        params: [durationType],
        result: intType,
        run: (value) => durationPart(duration(value), unit),
      });
    return { name, overloads };
  });
}
