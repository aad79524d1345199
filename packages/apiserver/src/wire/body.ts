import {
  type ApiRequest,
  applyDefaults,
  badRequest,
  type Decoded,
  decodeJson,
  decodeValue,
  formatGroupVersion,
  isRecord,
  type JsonRecord,
  parseJson,
  type LooseYaml,
  parseLooseYaml,
  type RequestBody,
  type Resource,
  StatusError,
  type Struct,
  strictDecodingError,
  decodeProtobuf,
  unwrapUnknown,
} from "@skates/apimachinery";
import { orMisshapen } from "./misshapen.ts";
import { JSON_TYPE, parseMediaType, PROTOBUF_TYPE, YAML_TYPE } from "./media-type.ts";

/** What is done about unknown and duplicate fields. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** What a body should be. */
export interface Expected {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly schema: Struct;
  /** Has no protobuf form. */
  readonly custom?: boolean | undefined;
}

export interface BodyRules {
  readonly limitBytes: number;
  readonly fieldValidation: FieldValidation;
  warn(text: string): void;
}

/** The bytes of a body; empty when there is none. */
export async function readBytes(body: RequestBody, limitBytes: number): Promise<Uint8Array> {
  return body.kind === "bytes" ? await body.read(limitBytes) : EMPTY;
}
const EMPTY = new Uint8Array();

/** The object of a request, with defaults, in the version that it was written in. Throws BadRequest or UnsupportedMediaType. */
export async function readObject<T>(request: ApiRequest, expected: Expected, rules: BodyRules): Promise<T> {
  const { body } = request;
  if (body.kind === "object") {
    const typed: unknown = body.object;
    return complete<T>({ object: typed, strictErrors: [] }, expected, rules);
  }
  const bytes = await readBytes(body, rules.limitBytes);
  const mediaType = body.kind === "bytes" ? parseMediaType(body.mediaType).type : "";
  return complete<T>(decodeAs(expected, mediaType, bytes), expected, rules);
}

function decodeAs(expected: Expected, mediaType: string, bytes: Uint8Array): Decoded<unknown> {
  switch (mediaType) {
    case "":
    case "*/*":
    case JSON_TYPE:
      return orMisshapen(
        expected,
        () => parseJson(bytes).value,
        () => decodeJson(expected.schema, bytes),
      );
    case YAML_TYPE: {
      const { value, duplicate } = readYaml(bytes);
      const { object, strictErrors } = orMisshapen(
        expected,
        () => value,
        () => decodeValue(expected.schema, value),
      );
      return { object, strictErrors: duplicate === undefined ? strictErrors : [duplicate, ...strictErrors] };
    }
    case PROTOBUF_TYPE:
      if (expected.custom === true) throw unsupported([JSON_TYPE, YAML_TYPE]);
      return decodeEnvelope(expected, bytes);
    default:
      throw unsupported([JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]);
  }
}

/** The refusal of a body in a form that nobody reads. */
export function unsupported(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return new StatusError("UnsupportedMediaType", message);
}

function decodeEnvelope(expected: Expected, bytes: Uint8Array): Decoded<unknown> {
  try {
    const { apiVersion, kind, raw } = unwrapUnknown(bytes);
    const object: unknown = { ...decodeProtobuf(expected.schema, raw), kind, apiVersion };
    return { object, strictErrors: [] };
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

/** The value of YAML or JSON text, as Kubernetes' clients read it. Throws BadRequest. */
export function readYaml(bytes: Uint8Array): LooseYaml {
  try {
    return parseLooseYaml(new TextDecoder().decode(bytes));
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error));
  }
}

function complete<T>({ object, strictErrors }: Decoded<unknown>, expected: Expected, rules: BodyRules): T {
  if (!isRecord(object)) throw badRequest("the object provided is unrecognized");
  checkStrict(strictErrors, expected, rules);
  const apiVersion = checkType(object, expected);
  return defaulted<T>(expected.schema, { ...object, kind: expected.kind, apiVersion });
}

/** Refuses objects of another kind or version than the request is about; what is left out is as expected. Gives the apiVersion. */
export function checkType(object: JsonRecord, expected: Omit<Expected, "schema">): string {
  const apiVersion = formatGroupVersion(expected);
  const sentVersion = object["apiVersion"];
  if (typeof sentVersion === "string" && sentVersion !== "" && sentVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${sentVersion}) does not match the expected API version (${apiVersion})`,
    );
  }
  const sentKind = object["kind"];
  if (typeof sentKind === "string" && sentKind !== "" && sentKind !== expected.kind) {
    throw badRequest(
      `${sentKind} in version ${JSON.stringify(expected.version)} cannot be handled as a ${expected.kind}: ` +
        `converting (v${expected.version}.${sentKind}) to (${expected.kind}): unknown conversion`,
    );
  }
  return apiVersion;
}

/** Refuses or warns of fields that nobody knows. */
export function checkStrict(errors: readonly string[], expected: Omit<Expected, "schema">, rules: BodyRules): void {
  if (errors.length === 0 || rules.fieldValidation === "Ignore") return;
  if (rules.fieldValidation === "Strict") throw strictDecodingError(expected, expected.version, errors);
  for (const error of errors) rules.warn(error);
}

/** The border between a decoded value and the static type of its struct. */
function defaulted<T>(schema: Struct, value: unknown): T {
  return applyDefaults(schema, value as T);
}

/** A resource's own objects as bodies. */
export function expectedOf({ group, version, kind, schema, custom }: Resource): Expected {
  return { group, version, kind, schema, custom };
}
