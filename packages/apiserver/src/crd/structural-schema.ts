import { JSONSchemaProps } from "@skates/api/apiextensions/v1";
import { decodeValue, isRecord } from "@skates/apimachinery";

/** A schema of a custom resource, with the parts that may be schemas or flags told apart. */
export interface StructuralSchema {
  readonly props: JSONSchemaProps;
  readonly properties: ReadonlyMap<string, StructuralSchema>;
  readonly items: StructuralSchema | undefined;
  /** `true`: anything; undefined: what `properties` say. */
  readonly additional: StructuralSchema | boolean | undefined;
  readonly allOf: readonly StructuralSchema[];
  readonly anyOf: readonly StructuralSchema[];
  readonly oneOf: readonly StructuralSchema[];
  readonly not: StructuralSchema | undefined;
}

/** Takes a schema apart. Throws BadRequest where a part is no schema. */
export function structuralSchema(props: JSONSchemaProps): StructuralSchema {
  const { items, additionalProperties } = props;
  return {
    props,
    properties: new Map(Object.entries(props.properties ?? {}).map(([name, part]) => [name, structuralSchema(part)])),
    items: isRecord(items) ? partOf(items) : undefined,
    additional: isRecord(additionalProperties)
      ? partOf(additionalProperties)
      : typeof additionalProperties === "boolean"
        ? additionalProperties
        : undefined,
    allOf: (props.allOf ?? []).map(structuralSchema),
    anyOf: (props.anyOf ?? []).map(structuralSchema),
    oneOf: (props.oneOf ?? []).map(structuralSchema),
    not: props.not === undefined ? undefined : structuralSchema(props.not),
  };
}

function partOf(value: unknown): StructuralSchema {
  return structuralSchema(decodeValue<JSONSchemaProps>(JSONSchemaProps, value).object);
}

/** True if properties that the schema does not name are kept. */
export function keepsUnknown({ props }: StructuralSchema): boolean {
  return props["x-kubernetes-preserve-unknown-fields"] === true;
}

/** Members that an embedded object has besides those of its schema. */
export const EMBEDDED_MEMBERS: readonly string[] = ["apiVersion", "kind", "metadata"];
