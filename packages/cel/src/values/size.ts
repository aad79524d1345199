import type { CelValue } from "../value.ts";
import { codePointCount, isObject } from "./scalars.ts";

/** What traversing one character, byte or element costs. */
const TRAVERSAL_FACTOR = 0.1;

/** The cost of going once over something of a size. */
export function traversalCost(size: number): number {
  return Math.ceil(size * TRAVERSAL_FACTOR);
}

/** The size by which costs are counted: characters, bytes, elements or entries; 1 for all else. */
export function actualSize(value: CelValue): number {
  if (typeof value === "string") return codePointCount(value);
  if (!isObject(value)) return 1;
  switch (value.kind) {
    case "bytes":
      return value.value.length;
    case "list":
    case "map":
      return value.size;
    case "optional":
      return value.value === undefined ? 1 : actualSize(value.value);
    case "opaque":
      return value.size ?? 1;
    default:
      return 1;
  }
}
