import { JSONSchemaProps } from "@skates/api/apiextensions/v1";
import { badRequest, decodeValue, isRecord } from "@skates/apimachinery";

/** Deeper schemas are refused: everything that walks a schema is recursive. */
const SCHEMA_DEPTH_LIMIT = 300;

/** A schema of a custom resource, with the parts that may be schemas or flags told apart. Its parts are made when asked for. */
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

/** Takes a schema apart. A part that is no schema, or nested too deep, throws BadRequest when it is asked for. */
export function structuralSchema(props: JSONSchemaProps): StructuralSchema {
  return new SchemaParts(props, 0);
}

const NO_PROPERTIES: ReadonlyMap<string, StructuralSchema> = new Map();
const NONE: readonly StructuralSchema[] = [];

type Junction = "allOf" | "anyOf" | "oneOf";

class SchemaParts implements StructuralSchema {
  readonly props: JSONSchemaProps;
  readonly #depth: number;
  readonly #lists = new Map<Junction, readonly StructuralSchema[]>();
  #properties: ReadonlyMap<string, StructuralSchema> | undefined;
  #items: StructuralSchema | undefined;
  #additional: StructuralSchema | undefined;
  #not: StructuralSchema | undefined;

  constructor(props: JSONSchemaProps, depth: number) {
    if (depth > SCHEMA_DEPTH_LIMIT) throw badRequest(`schemas may be nested ${SCHEMA_DEPTH_LIMIT} deep at most`);
    this.props = props;
    this.#depth = depth;
  }

  get properties(): ReadonlyMap<string, StructuralSchema> {
    const { properties } = this.props;
    if (properties === undefined) return NO_PROPERTIES;
    this.#properties ??= new Map(Object.entries(properties).map(([name, part]) => [name, this.#part(part)]));
    return this.#properties;
  }

  get items(): StructuralSchema | undefined {
    const { items } = this.props;
    return isRecord(items) ? (this.#items ??= this.#loose(items)) : undefined;
  }

  get additional(): StructuralSchema | boolean | undefined {
    const { additionalProperties: other } = this.props;
    if (isRecord(other)) return (this.#additional ??= this.#loose(other));
    return typeof other === "boolean" ? other : undefined;
  }

  get allOf(): readonly StructuralSchema[] {
    return this.#junction("allOf");
  }

  get anyOf(): readonly StructuralSchema[] {
    return this.#junction("anyOf");
  }

  get oneOf(): readonly StructuralSchema[] {
    return this.#junction("oneOf");
  }

  get not(): StructuralSchema | undefined {
    const { not } = this.props;
    return not === undefined ? undefined : (this.#not ??= this.#part(not));
  }

  #junction(name: Junction): readonly StructuralSchema[] {
    const parts = this.props[name];
    if (parts === undefined) return NONE;
    let list = this.#lists.get(name);
    if (list === undefined) {
      list = parts.map((part) => this.#part(part));
      this.#lists.set(name, list);
    }
    return list;
  }

  #part(props: JSONSchemaProps): StructuralSchema {
    return new SchemaParts(props, this.#depth + 1);
  }

  /** A part that stands where a flag might stand: it has not been decoded yet. */
  #loose(value: object): StructuralSchema {
    return this.#part(decodeValue<JSONSchemaProps>(JSONSchemaProps, value).object);
  }
}

/** True if properties that the schema does not name are kept. */
export function keepsUnknown({ props }: StructuralSchema): boolean {
  return props["x-kubernetes-preserve-unknown-fields"] === true;
}

/** True if the value is an object of the API with a name of its own. */
export function isEmbedded({ props }: StructuralSchema): boolean {
  return props["x-kubernetes-embedded-resource"] === true;
}

/** Members that an embedded object has besides those of its schema. */
export const EMBEDDED_MEMBERS: readonly string[] = ["apiVersion", "kind", "metadata"];
