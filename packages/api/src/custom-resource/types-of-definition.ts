import { decodeValue, isRecord } from "@skates/apimachinery";
import { type CustomResourceDefinition, JSONSchemaProps } from "../apiextensions/v1/index.ts";

/**
 * TypeScript for the objects of a definition: one interface per version, `BackupV1`, and one for its spec and status, with the
 * descriptions as comments. Import `ObjectMeta` beside it: the text starts with that import.
 */
export function typesOfDefinition({ metadata, spec }: CustomResourceDefinition): string {
  const parts = [`/** Types of ${metadata.name}. */`, 'import type { ObjectMeta } from "@skates/apimachinery";'];
  for (const { name, schema } of spec.versions) {
    const props = schema?.openAPIV3Schema ?? {};
    parts.push(
      versionTypes(`${spec.names.kind}${name.charAt(0).toUpperCase()}${name.slice(1)}`, { spec, name, props }),
    );
  }
  return `${parts.join("\n\n")}\n`;
}

interface Version {
  readonly spec: CustomResourceDefinition["spec"];
  readonly name: string;
  readonly props: JSONSchemaProps;
}

const OBJECT_FIELDS = ["apiVersion", "kind", "metadata"];

function versionTypes(typeName: string, { spec, name, props }: Version): string {
  const own = Object.entries(props.properties ?? {}).filter(([field]) => !OBJECT_FIELDS.includes(field));
  const apart: string[] = [];
  const fields = own.map(([field, part]) => {
    const inner = `${typeName}${field.charAt(0).toUpperCase()}${field.slice(1)}`;
    if ((part.type ?? "") !== "object" || part.properties === undefined)
      return fieldText(field, part, { props, indent: 1 });
    apart.push(interfaceText(inner, part));
    return `${comment(part.description, 1)}  readonly ${key(field)}${mark(field, props)}: ${inner};`;
  });
  const open = props["x-kubernetes-preserve-unknown-fields"] === true ? ["  readonly [other: string]: unknown;"] : [];
  const lines = [
    `${comment(props.description, 0)}export interface ${typeName} {`,
    `  readonly apiVersion: ${JSON.stringify(`${spec.group}/${name}`)};`,
    `  readonly kind: ${JSON.stringify(spec.names.kind)};`,
    "  readonly metadata: ObjectMeta;",
    ...fields,
    ...open,
    "}",
  ];
  return [lines.join("\n"), ...apart].join("\n\n");
}

function interfaceText(name: string, props: JSONSchemaProps): string {
  return `${comment(props.description, 0)}export interface ${name} ${recordType(props, 0)}`;
}

interface Within {
  /** The schema that the field stands in. */
  readonly props: JSONSchemaProps;
  readonly indent: number;
}

function fieldText(name: string, part: JSONSchemaProps, { props, indent }: Within): string {
  const pad = "  ".repeat(indent);
  return `${comment(part.description, indent)}${pad}readonly ${key(name)}${mark(name, props)}: ${typeText(part, indent)};`;
}

/** Fields with a default are always there once an object has been stored, but need not be sent. */
function mark(name: string, { required = [] }: JSONSchemaProps): string {
  return required.includes(name) ? "" : "?";
}

function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function comment(text: string | undefined, indent: number): string {
  if (text === undefined || text.trim() === "") return "";
  const pad = "  ".repeat(indent);
  const lines = text.trim().replaceAll("*/", "*\\/").split(/\r?\n/);
  if (lines.length === 1) return `${pad}/** ${lines.join("")} */\n`;
  return `${pad}/**\n${lines.map((line) => `${pad} * ${line}`.trimEnd()).join("\n")}\n${pad} */\n`;
}

function typeText(props: JSONSchemaProps, indent: number): string {
  const text = plainType(props, indent);
  return props.nullable === true ? `${text} | null` : text;
}

function plainType(props: JSONSchemaProps, indent: number): string {
  if (props["x-kubernetes-int-or-string"] === true) return "number | string";
  if (props.enum !== undefined && props.enum.length > 0) {
    return props.enum
      .map((value) => (isRecord(value) || Array.isArray(value) ? "unknown" : JSON.stringify(value)))
      .join(" | ");
  }
  switch (props.type) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array": {
      const items = isRecord(props.items) ? typeText(partOf(props.items), indent) : "unknown";
      return /[ |&]/.test(items) ? `readonly (${items})[]` : `readonly ${items}[]`;
    }
    case "object":
      return recordType(props, indent);
    default:
      return "unknown";
  }
}

function recordType(props: JSONSchemaProps, indent: number): string {
  const entries = Object.entries(props.properties ?? {});
  const other = props.additionalProperties;
  if (entries.length === 0) {
    const values = isRecord(other) ? typeText(partOf(other), indent) : "unknown";
    const open = other !== undefined || props["x-kubernetes-preserve-unknown-fields"] === true;
    return `{ readonly [key: string]: ${open ? values : "never"} }`;
  }
  const lines = entries.map(([name, part]) => fieldText(name, part, { props, indent: indent + 1 }));
  const pad = "  ".repeat(indent + 1);
  if (props["x-kubernetes-preserve-unknown-fields"] === true) lines.push(`${pad}readonly [other: string]: unknown;`);
  return `{\n${lines.join("\n")}\n${"  ".repeat(indent)}}`;
}

/** A schema that stands where a flag might stand has not been decoded. */
function partOf(value: object): JSONSchemaProps {
  return decodeValue<JSONSchemaProps>(JSONSchemaProps, value).object;
}
