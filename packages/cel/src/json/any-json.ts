import type { JsonType } from "../json-type.ts";
import { type CelType, dynType } from "../type.ts";
import { adaptAny } from "./json-map.ts";

/** JSON as it is: whole numbers are `int`, others `double`, arrays lists and objects maps. */
export const anyJson: JsonType = { type: dynType, adapt: adaptAny, minSizeBytes: 1 };

/** JSON as it is, in a variable that the checker takes for more: upstream reads a time of such a variable as a text all the same. */
export function plainJson(type: CelType): JsonType {
  return { ...anyJson, type };
}
