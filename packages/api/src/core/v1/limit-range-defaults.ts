import { mapOf } from "@skates/apimachinery";
import { wholeMilli } from "./pod-defaults.ts";
import type { LimitRangeItem } from "./limit-range.ts";

/** For containers: the default limit is the maximum, the default request the default limit, else the minimum. */
export function limitRangeItemDefaults(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== "Container") return item;
  const limits = filled(item.default, item.max);
  const requests = filled(filled(item.defaultRequest, limits), item.min);
  if (limits === item.default && requests === item.defaultRequest) return item;
  return { ...item, default: limits, defaultRequest: requests };
}

type Quantities = Readonly<Record<string, string>>;

function filled(given: Quantities | undefined, from: Quantities | undefined): Quantities | undefined {
  const rounded = wholeMilli(given);
  const missing = Object.entries(from ?? {}).filter(([name]) => rounded?.[name] === undefined);
  return missing.length === 0 ? rounded : mapOf([...Object.entries(rounded ?? {}), ...missing]);
}
