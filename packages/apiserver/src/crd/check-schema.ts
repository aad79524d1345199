import type { CustomResourceDefinition, JSONSchemaProps } from "@skates/api/apiextensions/v1";
import {
  equalValues,
  type FieldError,
  forbidden,
  invalid,
  isRecord,
  jsonText,
  notSupported,
  type Path,
  required,
} from "@skates/apimachinery";
import { RE2JS } from "re2js";
import { completeValue } from "./complete-value.ts";
import { jsonPath } from "./json-path.ts";
import { type StructuralSchema, structuralSchema } from "./structural-schema.ts";
import { validateCustom } from "./validate-custom.ts";

const NO_CEL = "CEL validation rules are not evaluated by this server yet; remove them to create this definition";

/** What the schemas, columns and paths of a definition get wrong, in upstream's words. `old` tolerates what did not change. */
export function checkDefinition(
  next: CustomResourceDefinition,
  old: CustomResourceDefinition | undefined,
): readonly FieldError[] {
  return next.spec.versions.flatMap((version, index) => {
    const before = old?.spec.versions.find((one) => one.name === version.name);
    if (before !== undefined && equalValues(before, version)) return [];
    const path: Path = ["spec", "versions", index];
    const props = version.schema?.openAPIV3Schema;
    const schemaPath = [...path, "schema", "openAPIV3Schema"];
    const columns = (version.additionalPrinterColumns ?? []).flatMap(({ jsonPath: text }, at) =>
      jsonPath(text) === undefined
        ? [
            invalid(
              [...path, "additionalPrinterColumns", at, "jsonPath"],
              text,
              "is not a JSONPath that this server understands",
            ),
          ]
        : [],
    );
    const { scale } = version.subresources ?? {};
    const scalePath = [...path, "subresources", "scale"];
    return [
      ...(props === undefined ? [] : checkRoot(props, schemaPath)),
      ...columns,
      ...(scale === undefined
        ? []
        : [
            ...under(scale.specReplicasPath, ".spec.", [...scalePath, "specReplicasPath"]),
            ...under(scale.statusReplicasPath, ".status.", [...scalePath, "statusReplicasPath"]),
          ]),
    ];
  });
}

function under(text: string, prefix: string, path: Path): readonly FieldError[] {
  if (text === "" || text.startsWith(prefix)) return [];
  return [invalid(path, text, `should be a json path under ${prefix.slice(0, -1)}`)];
}

function checkRoot(props: JSONSchemaProps, path: Path): readonly FieldError[] {
  const root = [...path, "type"];
  const type = props.type ?? "";
  const rootErrors =
    type === ""
      ? [required(root, "must not be empty at the root")]
      : type === "object"
        ? []
        : [invalid(root, type, "must be object at the root")];
  try {
    return [...rootErrors, ...checkSchema(structuralSchema(props), path, "root")];
  } catch (error) {
    return [invalid(path, jsonText(props), error instanceof Error ? error.message : String(error))];
  }
}

type Position = "root" | "property" | "item" | "junctor";

function checkSchema(schema: StructuralSchema, path: Path, position: Position): readonly FieldError[] {
  const { props, properties, items, additional } = schema;
  const at = (...more: Path): Path => [...path, ...more];
  const out: FieldError[] = [...forbiddenParts(schema, path)];
  const loose = props["x-kubernetes-preserve-unknown-fields"] === true || props["x-kubernetes-int-or-string"] === true;
  if ((props.type ?? "") === "" && !loose) {
    if (position === "property") out.push(required(at("type"), "must not be empty for specified object fields"));
    if (position === "item") out.push(required(at("type"), "must not be empty for specified array items"));
  }
  if (props.type === "array" && items === undefined) out.push(required(at("items"), "must be specified"));
  if (properties.size > 0 && additional !== undefined && additional !== false) {
    out.push(forbidden(at("additionalProperties"), "additionalProperties and properties are mutual exclusive"));
  }
  if (position === "junctor" && props.default !== undefined) {
    out.push(forbidden(at("default"), "must be undefined to be structural"));
  }
  out.push(...extensionErrors(schema, path), ...defaultErrors(schema, path));
  const within: Position = position === "junctor" ? "junctor" : "property";
  for (const [name, part] of properties) out.push(...checkSchema(part, at("properties", { key: name }), within));
  if (items !== undefined) out.push(...checkSchema(items, at("items"), position === "junctor" ? "junctor" : "item"));
  if (typeof additional === "object") out.push(...checkSchema(additional, at("additionalProperties"), within));
  for (const name of ["allOf", "anyOf", "oneOf"] as const) {
    for (const [index, part] of schema[name].entries()) out.push(...checkSchema(part, at(name, index), "junctor"));
  }
  if (schema.not !== undefined) out.push(...checkSchema(schema.not, at("not"), "junctor"));
  return out;
}

function forbiddenParts({ props, additional }: StructuralSchema, path: Path): readonly FieldError[] {
  const out: FieldError[] = [];
  if (props.$ref !== undefined) out.push(forbidden([...path, "$ref"], "$ref is not supported"));
  for (const name of ["definitions", "dependencies", "patternProperties", "additionalItems", "id"] as const) {
    const value = props[name];
    if (value !== undefined && value !== "") out.push(forbidden([...path, name], `${name} is not supported`));
  }
  if (props.uniqueItems === true) {
    const text = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    out.push(forbidden([...path, "uniqueItems"], text));
  }
  if (additional === false)
    out.push(forbidden([...path, "additionalProperties"], "additionalProperties cannot be set to false"));
  if ((props["x-kubernetes-validations"] ?? []).length > 0) {
    out.push(forbidden([...path, "x-kubernetes-validations"], NO_CEL));
  }
  return out;
}

function extensionErrors({ props, items }: StructuralSchema, path: Path): readonly FieldError[] {
  const out: FieldError[] = [];
  const at = (name: string): Path => [...path, name];
  const types = ["array", "boolean", "integer", "number", "object", "string"];
  if (props.type !== undefined && !types.includes(props.type)) out.push(notSupported(at("type"), props.type, types));
  if (props["x-kubernetes-preserve-unknown-fields"] === false) {
    out.push(invalid(at("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined"));
  }
  if (props["x-kubernetes-embedded-resource"] === true && props.type !== "object") {
    out.push(invalid(at("type"), props.type ?? "", "must be object if x-kubernetes-embedded-resource is true"));
  }
  const keys = props["x-kubernetes-list-map-keys"] ?? [];
  const list = props["x-kubernetes-list-type"];
  if (list !== undefined && !["atomic", "map", "set"].includes(list)) {
    out.push(notSupported(at("x-kubernetes-list-type"), list, ["atomic", "map", "set"]));
  }
  if (list !== undefined && props.type !== "array") {
    out.push(invalid(at("type"), props.type ?? "", "must be array if x-kubernetes-list-type is specified"));
  }
  if (list === "map" && keys.length === 0) {
    out.push(required(at("x-kubernetes-list-map-keys"), "must not be empty if x-kubernetes-list-type is map"));
  }
  if (list !== "map" && keys.length > 0) {
    const text = "must be map if x-kubernetes-list-map-keys is non-empty";
    out.push(
      list === undefined
        ? required(at("x-kubernetes-list-type"), text)
        : invalid(at("x-kubernetes-list-type"), list, text),
    );
  }
  for (const [index, key] of keys.entries()) {
    if (items === undefined || items.properties.has(key)) continue;
    const text = "entries must all be names of item properties";
    out.push(invalid([...at("x-kubernetes-list-map-keys"), index], key, text));
  }
  const mapType = props["x-kubernetes-map-type"];
  if (mapType !== undefined && !["atomic", "granular"].includes(mapType)) {
    out.push(notSupported(at("x-kubernetes-map-type"), mapType, ["atomic", "granular"]));
  }
  if (props.pattern !== undefined && !compiles(props.pattern)) {
    out.push(invalid(at("pattern"), props.pattern, "must be a valid regular expression"));
  }
  return out;
}

function compiles(pattern: string): boolean {
  try {
    RE2JS.compile(pattern);
    return true;
  } catch {
    return false;
  }
}

function defaultErrors(schema: StructuralSchema, path: Path): readonly FieldError[] {
  const value = schema.props.default;
  if (value === undefined) return [];
  const at = [...path, "default"];
  const completed = completeValue(schema, value);
  if (isRecord(value) && isRecord(completed) && Object.keys(value).some((name) => !Object.hasOwn(completed, name))) {
    return [invalid(at, value, "must not have unknown fields")];
  }
  return validateCustom(schema, completed, undefined, at);
}
