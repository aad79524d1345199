import type { CustomResourceDefinitionVersion } from "@skates/api/apiextensions/v1";
import { type ApiObject, type Column, humanDuration, jsonText, parseTime } from "@skates/apimachinery";
import { type JsonPath, jsonPath } from "./json-path.ts";

type Cell = string | number | boolean | null;
type ColumnType = Column<ApiObject>["type"];

const TYPES: readonly ColumnType[] = ["string", "integer", "number", "boolean", "date"];
const NAME: Column<ApiObject> = {
  name: "Name",
  type: "string",
  format: "name",
  description: "Name of the object, unique in its namespace among objects of its kind.",
  priority: 0,
  cell: ({ metadata }) => metadata.name,
};
const AGE: Column<ApiObject> = {
  name: "Age",
  type: "date",
  description: "When the server created the object.",
  priority: 0,
  cell: ({ metadata }, nowMs) => ageOf(metadata.creationTimestamp, nowMs),
};

/** The table of a version: the name, and the columns that the definition adds or else the age; so also where a path is not understood. */
export function customColumns({
  additionalPrinterColumns,
}: CustomResourceDefinitionVersion): readonly Column<ApiObject>[] {
  if (additionalPrinterColumns === undefined || additionalPrinterColumns.length === 0) return [NAME, AGE];
  const added = additionalPrinterColumns.flatMap(
    ({ name, type, format, description, priority, jsonPath: text }): readonly Column<ApiObject>[] => {
      const find = jsonPath(text);
      if (find === undefined) return [];
      const known = TYPES.find((one) => one === type) ?? "string";
      const column: Column<ApiObject> = {
        name,
        type: known,
        format,
        description: description ?? `Custom resource definition column (in JSONPath format): ${text}`,
        priority: priority ?? 0,
        cell: (object, nowMs) => cellOf(find, known, { object, nowMs }),
      };
      return [column];
    },
  );
  return added.length < additionalPrinterColumns.length ? [NAME, AGE] : [NAME, ...added];
}

/** Upstream shows several findings as one text; values of another type than the column's are not shown. */
function cellOf(find: JsonPath, type: ColumnType, { object, nowMs }: { object: ApiObject; nowMs: number }): Cell {
  const [first, ...more] = find(object);
  if (first === undefined || first === null) return null;
  switch (type) {
    case "integer":
      return typeof first === "number" ? Math.trunc(first) : null;
    case "number":
      return typeof first === "number" ? first : null;
    case "boolean":
      return typeof first === "boolean" ? first : null;
    case "date":
      return typeof first === "string" ? ageOf(first, nowMs) : null;
    case "string":
      return [first, ...more].map((value) => (typeof value === "string" ? value : jsonText(value))).join(",");
  }
}

function ageOf(timestamp: string | undefined, nowMs: number): string {
  if (timestamp === undefined) return "<unknown>";
  try {
    return humanDuration(nowMs - parseTime(timestamp));
  } catch {
    return "<invalid>";
  }
}
