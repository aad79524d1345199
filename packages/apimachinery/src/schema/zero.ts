import { isEmptyRecord } from "./equal.ts";
import { newMap } from "./record.ts";
import type { AnyField } from "./struct.ts";
import type { TypeNode } from "./type.ts";

/** What a required field holds in memory when it was not sent; undefined for JSON of any kind. Structs are filled by the reader. */
export function zeroValue(type: TypeNode): unknown {
  switch (type.kind) {
    case "bool":
      return false;
    case "int":
    case "double":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    case "duration":
      return "0s";
    case "list":
      return [];
    case "map":
      return newMap();
    case "fieldsV1":
    case "rawExtension":
    case "json":
    case "ref":
      return undefined;
    default:
      return "";
  }
}

/** True for the zero value of a type, as Go sees it. For a struct: no member is set. */
export function isZero(type: TypeNode, value: unknown): boolean {
  switch (type.kind) {
    case "bool":
      return value === false;
    case "int":
    case "double":
    case "intOrString":
      return value === 0;
    case "quantity":
      return value === "0";
    case "duration":
      return value === "0s" || value === "";
    case "list":
      return Array.isArray(value) && value.length === 0;
    case "map":
      return typeof value === "object" && value !== null && isEmptyRecord(value);
    case "ref":
      return typeof value === "object" && value !== null && isZeroStruct(type, value);
    case "fieldsV1":
    case "rawExtension":
    case "json":
      return false;
    default:
      return value === "";
  }
}

/** No member is set but required ones that hold their zero value. */
function isZeroStruct(type: TypeNode & { readonly kind: "ref" }, value: object): boolean {
  if (isEmptyRecord(value)) return true;
  const { fields } = type.target();
  for (const [name, member] of Object.entries(value)) {
    const field = fields[name];
    if (member !== undefined && !(field?.required === true && isZero(field.type, member))) return false;
  }
  return true;
}

/**
 * True if a field's zero value means the same as its absence: it is not kept in memory and not written.
 * A struct that may be absent (a pointer upstream) keeps `{}` apart from absence; one that is always written does not.
 */
export function dropsZero({ type, required, facets }: AnyField): boolean {
  if (required || facets.keepZero === true) return false;
  return type.kind !== "ref" || facets.emitEmpty === true;
}
