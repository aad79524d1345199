import type { Struct, TypeNode } from "@skates/apimachinery";
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  type JsonType,
  jsonTypeOf,
  listType,
  mapType,
  objectType,
  stringType,
  timestampType,
  unescapeName,
} from "@skates/cel";

const types = new WeakMap<Struct, JsonType>();

/** How objects of a schema appear in expressions: times are timestamps, bytes are bytes, fields are known to the checker. */
export function jsonTypeOfStruct(struct: Struct): JsonType {
  let type = types.get(struct);
  if (type === undefined) {
    type = jsonTypeOf(typeOfStruct(struct));
    types.set(struct, type);
  }
  return type;
}

/** Structs may contain themselves: types of fields are made when they are asked for. */
function typeOfStruct(struct: Struct): CelType {
  const known = new Map<string, CelType | undefined>();
  const field = (name: string): CelType | undefined => {
    if (known.has(name)) return known.get(name);
    const declared = struct.fields[name] ?? struct.fields[unescapeName(name) ?? name];
    const otherwise = struct.options.keepsUnknown === true ? dynType : undefined;
    const type = declared === undefined ? otherwise : typeOfNode(declared.type);
    known.set(name, type);
    return type;
  };
  return objectType(struct.name, { field });
}

function typeOfNode(node: TypeNode): CelType {
  switch (node.kind) {
    case "string":
    case "quantity":
      return stringType;
    case "bool":
      return boolType;
    case "int":
      return intType;
    case "double":
      return doubleType;
    case "bytes":
      return bytesType;
    case "time":
    case "microTime":
      return timestampType;
    case "duration":
      return durationType;
    case "intOrString":
    case "fieldsV1":
    case "rawExtension":
    case "json":
      return dynType;
    case "list":
      return listType(typeOfNode(node.items));
    case "map":
      return mapType(stringType, typeOfNode(node.values));
    case "ref":
      return typeOfStruct(node.target());
  }
}
