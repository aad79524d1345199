import {
  type ApiObject,
  applyDefaults,
  decodeValue,
  formatGroupVersion,
  isRecord,
  jsonPatch,
  type JsonPatchOperation,
  parseJson,
  type Resource,
} from "@skates/apimachinery";
import { type AdmissionAttributes, toHub } from "@skates/apiserver";
import { messageOf } from "@skates/component-base";
import { bodyKindOf, isForeign, type VersionedObject } from "./versioned-object.ts";

/** The JSON value of an object after a patch. Throws what `patchFailure` explains. */
export function patchedValue(before: VersionedObject, operations: readonly JsonPatchOperation[]): unknown {
  return jsonPatch(parseJson(new TextEncoder().encode(before.text())).value, operations);
}

/** Patches that do not fit are refused to clients without a word about why; here the reason is told. */
export function patchFailure(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
}

/** What admission has made of an object seen in the version of `resource`: with defaults, in the hub version. */
export function changedObject(value: unknown, attributes: AdmissionAttributes, resource: Resource): ApiObject {
  const { kind, struct, ...version } = bodyKindOf(attributes, resource);
  if (struct === undefined) throw new Error(`a ${kind} cannot be changed by admission`);
  const { object } = decodeValue<ApiObject>(struct, value);
  const complete = applyDefaults<ApiObject>(struct, { ...object, kind, apiVersion: formatGroupVersion(version) });
  return isForeign(attributes) ? withMetadata(complete, attributes) : toHub(resource, complete);
}

/** Options of streams have no metadata on the wire. */
function withMetadata(object: ApiObject, { object: before }: AdmissionAttributes): ApiObject {
  return isRecord(object.metadata) || before === undefined ? object : { ...object, metadata: before.metadata };
}
