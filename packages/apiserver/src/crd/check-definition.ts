import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  JSONSchemaProps,
  SelectableField,
} from "@skates/api/apiextensions/v1";
import {
  duplicate,
  equalValues,
  type FieldError,
  forbidden,
  formatPath,
  invalid,
  isStatus,
  type Path,
  required,
  tooMany,
} from "@skates/apimachinery";
import { checkDefaults } from "./check-defaults.ts";
import { checkOpenApi } from "./check-openapi.ts";
import { checkStructural } from "./check-structural.ts";
import { checkRules } from "./rules/check-rules.ts";
import { fieldPath } from "./field-path.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";

type Version = CustomResourceDefinitionVersion;

/**
 * What the schemas, columns and subresources of a definition get wrong, in upstream's words and with its paths: what all versions
 * have alike is named once, in the place that it had before there were versions. `old` tolerates what did not change.
 */
export function checkDefinition(
  next: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  const { versions } = next.spec;
  const hasStatus = versions.some(({ subresources }) => subresources?.status !== undefined);
  const parts = <K extends keyof Version>(
    name: K,
    top: string,
    check: (value: NonNullable<Version[K]>, path: Path, version: Version) => readonly FieldError[],
  ): readonly FieldError[] => {
    const shared = versions.every((version) => equalValues(version[name], versions[0]?.[name]));
    return versions.flatMap((version, index) => {
      const value = version[name];
      if (value === undefined || value === null || (shared && index > 0)) return [];
      const before = old?.spec.versions.find((one) => one.name === version.name);
      if (before !== undefined && equalValues(before[name], value)) return [];
      return check(value, shared ? ["spec", top] : ["spec", "versions", index, name], version);
    });
  };
  return [
    ...parts("schema", "validation", ({ openAPIV3Schema: props }, path) =>
      props === undefined ? [] : checkSchema(props, hasStatus, [...path, "openAPIV3Schema"]),
    ),
    ...parts("subresources", "subresources", checkSubresources),
    ...parts("additionalPrinterColumns", "additionalPrinterColumns", checkColumns),
    ...parts("selectableFields", "selectableFields", (fields, path, version) =>
      checkSelectable(fields, version.schema?.openAPIV3Schema, path),
    ),
  ];
}

/** What keeps a schema from being structural: what the condition NonStructuralSchema says. */
export function structuralFindings({ spec }: CustomResourceDefinition): readonly FieldError[] {
  const out: FieldError[] = [];
  if (spec.preserveUnknownFields === true) out.push(invalid(["spec", "preserveUnknownFields"], true, "must be false"));
  for (const [index, { schema }] of spec.versions.entries()) {
    const props = schema?.openAPIV3Schema;
    const path = ["spec", "versions", index, "schema", "openAPIV3Schema"];
    if (props !== undefined) out.push(...checkStructural(structuralSchema(props), path));
  }
  return out;
}

function checkSchema(props: JSONSchemaProps, hasStatus: boolean, path: Path): readonly FieldError[] {
  try {
    return [...(hasStatus ? rootFindings(props, path) : []), ...checkParts(structuralSchema(props), path)];
  } catch (error) {
    // A part that is no schema, or too deep within.
    if (!isStatus(error, "BadRequest")) throw error;
    return [invalid(path, "", error.message)];
  }
}

function checkParts(schema: StructuralSchema, path: Path): readonly FieldError[] {
  const structural = checkStructural(schema, path);
  const defaults = structural.length > 0 ? [] : checkDefaults(embeddedRoot(schema.props), path);
  const openApi = checkOpenApi(schema, path);
  // What rules say of a schema that is wrong would help nobody.
  const rules = structural.length + defaults.length + openApi.length > 0 ? [] : checkRules(schema, path);
  const nullable = forbidden([...path, "nullable"], "nullable cannot be true at the root");
  return [...(schema.props.nullable === true ? [nullable] : []), ...structural, ...defaults, ...openApi, ...rules];
}

/** A custom resource is an object of the API: what it has as such is checked as in one within another. */
function embeddedRoot(props: JSONSchemaProps): StructuralSchema {
  return structuralSchema({ ...props, "x-kubernetes-embedded-resource": true });
}

/** As upstream prints them: names of its own struct. */
const ROOT_FIELDS =
  "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations]";
const NOT_AT_ROOT = [
  "id",
  "$schema",
  "$ref",
  "default",
  "enum",
  "maxProperties",
  "minProperties",
  "allOf",
  "oneOf",
  "anyOf",
  "not",
  "additionalProperties",
  "patternProperties",
  "dependencies",
  "additionalItems",
  "definitions",
  "nullable",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
] as const;

/** With a status of its own, only what leaves the schema of the status whole may stand at the root. */
function rootFindings(props: JSONSchemaProps, path: Path): readonly FieldError[] {
  const type = props.type ?? "";
  if (type !== "" && type !== "object") {
    const text = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    return [invalid([...path, "type"], type, text)];
  }
  const says = (value: unknown): boolean => value !== undefined && value !== false && value !== "";
  if (!NOT_AT_ROOT.some((name) => says(props[name]))) return [];
  const text = `only ${ROOT_FIELDS} fields are allowed at the root of the schema if the status subresource is enabled`;
  return [invalid(path, props, text)];
}

function checkSubresources({ scale }: CustomResourceSubresources, path: Path): readonly FieldError[] {
  if (scale === undefined) return [];
  const at = (name: string): Path => [...path, "scale", name];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath = "" } = scale;
  const one = (text: string, place: Path, roots: readonly string[], detail: string): readonly FieldError[] => {
    if (text === "") return [];
    if (!text.startsWith(".")) return [invalid(place, text, "must be a simple json path starting with .")];
    return roots.some((root) => text.startsWith(root)) ? [] : [invalid(place, text, detail)];
  };
  const either = "should be a json path under either .spec or .status";
  return [
    ...one(specReplicasPath, at("specReplicasPath"), [".spec."], "should be a json path under .spec"),
    ...one(statusReplicasPath, at("statusReplicasPath"), [".status."], "should be a json path under .status"),
    ...one(labelSelectorPath, at("labelSelectorPath"), [".spec.", ".status."], either),
  ];
}

const COLUMN_TYPES = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

function checkColumns(columns: readonly CustomResourceColumnDefinition[], path: Path): readonly FieldError[] {
  return columns.flatMap(({ type, format = "", jsonPath }, index) => {
    const at = (name: string): Path => [...path, index, name];
    const out: FieldError[] = [];
    if (type !== "" && !COLUMN_TYPES.includes(type)) {
      out.push(invalid(at("type"), type, `must be one of ${COLUMN_TYPES.join(",")}`));
    }
    if (format !== "" && !COLUMN_FORMATS.includes(format)) {
      out.push(invalid(at("format"), format, `must be one of ${COLUMN_FORMATS.join(",")}`));
    }
    if (jsonPath !== "" && !jsonPath.startsWith(".")) {
      out.push(invalid(at("JSONPath"), jsonPath, "must be a simple json path starting with ."));
    }
    return out;
  });
}

const SELECTABLE_MAX = 8;

function checkSelectable(
  fields: readonly SelectableField[],
  props: JSONSchemaProps | undefined,
  path: Path,
): readonly FieldError[] {
  if (props === undefined) return [invalid(path, "", "may only be set when validations.schema is included")];
  const schema = structuralSchema(props);
  const out: FieldError[] = [];
  const seen = new Set<string>();
  for (const [index, { jsonPath: text }] of fields.entries()) {
    const at = [...path, index, "jsonPath"];
    if (text === "") {
      out.push(required(at));
      continue;
    }
    const found = fieldPath(text, schema, false);
    if ("error" in found) {
      out.push(invalid(at, text, `is an invalid path: ${found.error}`));
      continue;
    }
    if (found.path[0] === "metadata") out.push(invalid(at, text, "must not point to fields in metadata"));
    if (!["string", "boolean", "integer"].includes(found.schema?.props.type ?? "")) {
      const detail =
        "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
      out.push(invalid(at, text, detail));
    }
    const name = formatPath(found.path);
    if (seen.has(name)) out.push(duplicate(at, text));
    seen.add(name);
  }
  if (seen.size > SELECTABLE_MAX) out.push(tooMany(path, seen.size, SELECTABLE_MAX));
  return out;
}
