import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  escapeName,
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
import { isEmbedded, keepsUnknown, type StructuralSchema, structuralSchema } from "../structural-schema.ts";

/** No value of a request is larger. */
export const REQUEST_BYTES = 3 * 1024 * 1024;

/** How values of a schema appear in rules, and how large they may get. Undefined: rules do not see them. `root`: of a whole object. */
export function celTypeOf(schema: StructuralSchema, root = isEmbedded(schema)): JsonType | undefined {
  const { props, items, additional } = schema;
  if (props["x-kubernetes-int-or-string"] === true) {
    return { ...jsonTypeOf(dynType), minSizeBytes: 1, maxSize: REQUEST_BYTES - 2 };
  }
  switch (props.type) {
    case "array": {
      const element = items === undefined ? undefined : celTypeOf(items);
      return element === undefined ? undefined : listOf(element, props.maxItems);
    }
    case "object":
      if (typeof additional === "object") {
        const element = celTypeOf(additional);
        return element === undefined ? undefined : mapOf(element, props.maxProperties);
      }
      return objectOf(schema, root);
    case "string":
      return textOf(schema);
    case "boolean":
      return { ...jsonTypeOf(boolType), minSizeBytes: 4 };
    case "number":
      return { ...jsonTypeOf(doubleType), minSizeBytes: 1 };
    case "integer":
      return { ...jsonTypeOf(intType), minSizeBytes: 1 };
    default:
      return keepsUnknown(schema) && root ? objectOf(schema, root) : undefined;
  }
}

function sizeOf(limit: number | bigint | undefined, otherwise: number): number {
  return limit === undefined ? Math.floor(otherwise) : Math.max(0, Number(limit));
}

function listOf(element: JsonType, limit: number | bigint | undefined): JsonType {
  const maxSize = sizeOf(limit, (REQUEST_BYTES - 2) / (element.minSizeBytes + 1));
  return { ...jsonTypeOf(listType(element.type)), minSizeBytes: 2, maxSize, element };
}

/** Quotes, colon and comma of each entry. */
const ENTRY_BYTES = 6;

function mapOf(element: JsonType, limit: number | bigint | undefined): JsonType {
  const maxSize = sizeOf(limit, (REQUEST_BYTES - 2) / (element.minSizeBytes + ENTRY_BYTES));
  const key: JsonType = { ...jsonTypeOf(stringType), minSizeBytes: 2, maxSize: REQUEST_BYTES - 2 };
  return { ...jsonTypeOf(mapType(stringType, element.type)), minSizeBytes: 2, maxSize, key, element };
}

const TIME_BYTES = 22;
const DURATION_BYTES = 34;

function textOf({ props }: StructuralSchema): JsonType {
  const { format, maxLength, enum: values = [] } = props;
  const longest = sizeOf(maxLength, REQUEST_BYTES - 2);
  switch (format) {
    case "byte":
      return { ...jsonTypeOf(bytesType), minSizeBytes: 2, maxSize: longest };
    case "duration":
      return { ...jsonTypeOf(durationType), minSizeBytes: 2, maxSize: sizeOf(maxLength, DURATION_BYTES) };
    case "date":
    case "date-time":
      return { ...jsonTypeOf(timestampType), minSizeBytes: 12, maxSize: TIME_BYTES };
    default: {
      const chosen = Math.max(0, ...values.map((value) => (typeof value === "string" ? value.length : 0)));
      // A limit counts characters, of up to four bytes each.
      const maxSize = maxLength !== undefined ? longest * 4 : values.length > 0 ? chosen : longest;
      return { ...jsonTypeOf(stringType), minSizeBytes: 2, maxSize };
    }
  }
}

const TEXT = structuralSchema({ type: "string" });
const META = structuralSchema({
  type: "object",
  properties: { name: { type: "string" }, generateName: { type: "string" } },
});
const OBJECT_PARTS: ReadonlyMap<string, StructuralSchema> = new Map([
  ["apiVersion", TEXT],
  ["kind", TEXT],
  ["metadata", META],
]);

function objectOf(schema: StructuralSchema, root: boolean): JsonType {
  const parts = root ? new Map([...schema.properties, ...OBJECT_PARTS]) : schema.properties;
  const known = new Map<string, JsonType | undefined>();
  const field = (name: string): JsonType | undefined => {
    if (known.has(name)) return known.get(name);
    // Asked for both as expressions spell it and as it is in JSON.
    const part = parts.get(name) ?? parts.get(unescapeName(name) ?? name);
    const readable = part !== undefined && (parts.has(name) ? escapeName(name) !== undefined : true);
    const found = readable ? celTypeOf(part) : undefined;
    known.set(name, found);
    return found;
  };
  const type: CelType = objectType("object", { field: (name) => field(name)?.type });
  return { ...jsonTypeOf(type), minSizeBytes: objectBytes(schema, field), field };
}

/** Braces, and what must be there and has no default. */
function objectBytes({ props, properties }: StructuralSchema, field: (name: string) => JsonType | undefined): number {
  let bytes = 2;
  for (const name of props.required ?? []) {
    const part = properties.get(name);
    if (part === undefined || part.props.default !== undefined) continue;
    bytes += name.length + (field(name)?.minSizeBytes ?? 0) + 4;
  }
  return bytes;
}
