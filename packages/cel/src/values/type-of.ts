import {
  anyType,
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  stringType,
  timestampType,
  typeType,
  uintType,
} from "../type.ts";
import type { CelValue } from "../value.ts";

const DYN_LIST = listType(dynType);
const DYN_MAP = mapType(dynType, dynType);
const DYN_OPTIONAL = optionalType(dynType);

/** The type of a value, without what it contains. */
export function typeOfValue(value: CelValue): CelType {
  switch (typeof value) {
    case "boolean":
      return boolType;
    case "string":
      return stringType;
    case "number":
    case "bigint":
      return intType;
    default:
      return value === null ? nullType : typeOfObject(value);
  }
}

function typeOfObject(value: Exclude<CelValue, null | boolean | string | number | bigint>): CelType {
  switch (value.kind) {
    case "double":
      return doubleType;
    case "uint":
      return uintType;
    case "bytes":
      return bytesType;
    case "timestamp":
      return timestampType;
    case "duration":
      return durationType;
    case "list":
      return DYN_LIST;
    case "map":
      return DYN_MAP;
    case "optional":
      return DYN_OPTIONAL;
    case "type":
      return typeType;
    case "object":
    case "opaque":
      return value.type ?? anyType;
  }
}

/** What upstream's messages about a value that is no list or map call its type: the name of a type of its program. */
export function programTypeName(value: CelValue): string {
  const { kind, name } = typeOfValue(value);
  if (name === "optional_type") return "*types.Optional";
  if (kind === "type") return "*types.Type";
  const short = kind === "object" || kind === "opaque" ? (name.split(".").at(-1) ?? name) : kind;
  return `types.${short.charAt(0).toUpperCase()}${short.slice(1)}`;
}
