import { isRecord, type JsonRecord } from "@skates/apimachinery";

const V3_REF = "#/components/schemas/";
const V2_REF = "#/definitions/";
/** What OpenAPI v2 cannot say, or upstream does not say in it. */
const DROPPED: ReadonlySet<string> = new Set(["allOf", "oneOf", "anyOf", "not", "default"]);

const ANY_MEMBERS = "x-kubernetes-preserve-unknown-fields";
const OF_KIND = "x-kubernetes-group-version-kind";

/** The definition of a type. Clients of v2 take members that a kind does not name for mistakes: one that allows others names none. */
export function definitionToV2(schema: JsonRecord): JsonRecord {
  if (schema[ANY_MEMBERS] !== true || schema[OF_KIND] === undefined) return schemaToV2(schema);
  return { type: "object", [OF_KIND]: schema[OF_KIND] };
}

/** A schema of OpenAPI v3 as v2 says it: no alternatives, no defaults; a reference may have siblings. */
export function schemaToV2(schema: JsonRecord): JsonRecord {
  return withoutKnownMembers(withoutNullableRequired(plainToV2(schema), schema));
}

/** Members that may be null have no type in v2, and are not required. */
function withoutNullableRequired(
  converted: JsonRecord,
  { required, properties, additionalProperties }: JsonRecord,
): JsonRecord {
  if (!Array.isArray(required)) return converted;
  const members = asRecord(properties);
  const values = asRecord(additionalProperties);
  const isNullable = (name: unknown): boolean =>
    typeof name === "string" && asRecord(members[name])["nullable"] === true;
  const kept = values["nullable"] === true ? [] : required.filter((name) => !isNullable(name));
  const { required: _required, ...rest } = converted;
  return kept.length === 0 ? rest : { ...rest, required: kept };
}

/** kubectl does not cope with members or items beside unknown ones or null, nor with lists of it knows not what. */
function withoutKnownMembers(schema: JsonRecord): JsonRecord {
  const open = schema[ANY_MEMBERS] === true;
  const nullable = schema["nullable"] === true;
  if (!open && !nullable) return schema;
  const { items: _items, properties: _properties, nullable: _nullable, type, ...rest } = schema;
  const untyped = nullable || type === "array" || type === "object" || type === undefined;
  return untyped ? rest : { ...rest, type };
}

function plainToV2(schema: JsonRecord): JsonRecord {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(schema)) {
    if (name === "$ref") out[name] = refToV2(value);
    else if (name === "properties") out[name] = mapRecord(value, schemaToV2);
    else if ((name === "items" || name === "additionalProperties") && isRecord(value)) out[name] = schemaToV2(value);
    else if (!DROPPED.has(name)) out[name] = value;
  }
  const whole = Array.isArray(schema["allOf"]) ? asRecord(schema["allOf"][0]) : {};
  if (whole["$ref"] !== undefined) out["$ref"] = refToV2(whole["$ref"]);
  // A text or a number: clients of v2 know both as texts.
  if (schema["oneOf"] !== undefined) out["type"] = "string";
  return out;
}

/** A path with its operations. */
export function pathToV2(path: JsonRecord): JsonRecord {
  return Object.fromEntries(
    Object.entries(path).map(([name, value]) => [
      name,
      name === "parameters" ? listOf(value).map(parameterToV2) : operationToV2(asRecord(value)),
    ]),
  );
}

function operationToV2({ parameters, requestBody, responses, ...rest }: JsonRecord): JsonRecord {
  const sent = asRecord(requestBody);
  const content = asRecord(sent["content"]);
  const schema = schemaOfContent(content);
  const body = {
    name: "body",
    in: "body",
    ...(sent["required"] === true ? { required: true } : {}),
    ...(schema === undefined ? {} : { schema }),
  };
  return {
    ...rest,
    ...(schema === undefined ? {} : { consumes: Object.keys(content) }),
    produces: producedBy(asRecord(responses)),
    schemes: ["https"],
    parameters: [...(schema === undefined ? [] : [body]), ...listOf(parameters).map(parameterToV2)],
    responses: mapRecord(responses, responseToV2),
  };
}

function parameterToV2({ schema, ...rest }: JsonRecord): JsonRecord {
  return { ...asRecord(schema), ...rest };
}

function responseToV2({ content, ...rest }: JsonRecord): JsonRecord {
  const schema = schemaOfContent(asRecord(content));
  return schema === undefined ? rest : { ...rest, schema };
}

/** All media types of a body have the same schema. */
function schemaOfContent(content: JsonRecord): JsonRecord | undefined {
  const [first] = Object.values(content);
  return isRecord(first) ? schemaToV2(asRecord(first["schema"])) : undefined;
}

function producedBy(responses: JsonRecord): readonly string[] {
  const types = Object.values(responses).flatMap((response) => Object.keys(asRecord(asRecord(response)["content"])));
  return types.length === 0 ? ["*/*"] : [...new Set(types)];
}

function refToV2(ref: unknown): unknown {
  return typeof ref === "string" && ref.startsWith(V3_REF) ? V2_REF + ref.slice(V3_REF.length) : ref;
}

function mapRecord(value: unknown, convert: (member: JsonRecord) => JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(asRecord(value)).map(([name, member]) => [name, convert(asRecord(member))]));
}

function asRecord(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

function listOf(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}
