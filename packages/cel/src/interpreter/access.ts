import { CelError } from "../cel-error.ts";
import type { CelValue } from "../value.ts";
import { formatKey } from "../values/format-value.ts";
import { indexOf } from "../values/list.ts";
import { isObject } from "../values/scalars.ts";

/** What is at a key, index or field of a value; undefined: nothing. Throws CelError where a list is asked for what is no index. */
export function find(from: CelValue, key: CelValue): CelValue | undefined {
  if (!isObject(from)) return undefined;
  switch (from.kind) {
    case "map":
      return from.get(key);
    case "list": {
      const index = indexOf(key);
      return index >= 0 && index < from.size ? from.at(index) : undefined;
    }
    case "object":
      return typeof key === "string" ? from.fields.get(key) : undefined;
    case "optional":
      return from.value === undefined ? undefined : find(from.value, key);
    default:
      return undefined;
  }
}

/** As `find`; throws CelError with upstream's words where nothing is. */
export function get(from: CelValue, key: CelValue): CelValue {
  const value = find(from, key);
  if (value !== undefined) return value;
  const missing = isObject(from) && from.kind === "list" ? "index out of bounds" : "no such key";
  throw new CelError(`${missing}: ${formatKey(key)}`);
}
