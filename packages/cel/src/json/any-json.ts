import { isRecord } from "@skates/apimachinery";
import { CelError } from "../cel-error.ts";
import { intOf, isInt } from "../integer.ts";
import type { JsonType } from "../json-type.ts";
import { dynType } from "../type.ts";
import type { CelValue } from "../value.ts";
import { JsonList } from "../values/list.ts";
import { double } from "../values/scalars.ts";
import { JsonMap, type JsonMembers } from "./json-map.ts";

/** JSON as it is: whole numbers are `int`, others `double`, arrays lists and objects maps. */
export const anyJson: JsonType = { type: dynType, adapt: adaptAny, minSizeBytes: 1 };

function adaptAny(json: unknown): CelValue {
  switch (typeof json) {
    case "string":
    case "boolean":
      return json;
    case "number":
      return Number.isSafeInteger(json) ? json + 0 : double(json);
    case "bigint":
      return isInt(json) ? intOf(json) : double(Number(json));
    default:
      if (json === null || json === undefined) return null;
      if (Array.isArray(json)) return new JsonList(json, adaptAny);
      if (isRecord(json)) return new JsonMap(json, ANY_MEMBERS);
      throw new CelError(`unsupported conversion to ref.Val: (${typeof json})`);
  }
}

const ANY_MEMBERS: JsonMembers = { fields: false, adaptMember: (_, json) => adaptAny(json) };
