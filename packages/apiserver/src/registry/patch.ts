import {
  type ApiObject,
  applyDefaults,
  badRequest,
  decodeValue,
  encodeJson,
  isRecord,
  jsonPatch,
  mergePatch,
  notImplemented,
  parseJsonPatch,
  parseYaml,
  type RequestBody,
  strategicMergePatch,
  type Struct,
} from "@skates/apimachinery";
import type { Served } from "./served.ts";
import { inVersion, toHub } from "./in-version.ts";
import { type BodyRules, checkStrict, checkType, readYaml, readBytes, unsupported } from "../wire/body.ts";

export type PatchKind = "json" | "merge" | "strategic" | "apply";

const KINDS: Readonly<Record<string, PatchKind>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

/** Which patch a body is. Throws UnsupportedMediaType. */
export function patchKind(mediaType: string): PatchKind {
  const kind = Object.hasOwn(KINDS, mediaType) ? KINDS[mediaType] : undefined;
  if (kind === undefined) throw unsupported(Object.keys(KINDS));
  return kind;
}

/** The patch as a value. Throws BadRequest. */
export async function readPatch(body: RequestBody, kind: PatchKind, limitBytes: number): Promise<unknown> {
  if (body.kind === "object") return body.object;
  const bytes = await readBytes(body, limitBytes);
  if (kind === "apply") return readYaml(bytes);
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (error) {
    throw badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** What a patch (but server-side apply) makes of an object: both in the hub version, patched in the version of the request. */
export function patchObject(
  served: Served,
  hub: ApiObject,
  { kind, patch, rules }: { readonly kind: PatchKind; readonly patch: unknown; readonly rules: BodyRules },
): ApiObject {
  const { resource } = served;
  const old = inVersion(resource, hub);
  const value = patched(served, old, { kind, patch });
  if (!isRecord(value)) throw badRequest("the patched value is no object");
  const apiVersion = checkType(value, resource);
  const { object, strictErrors } = decodeValue<ApiObject>(resource.schema, value);
  checkStrict(strictErrors, resource, rules);
  return toHub(resource, applyDefaults(resource.schema, { ...object, kind: resource.kind, apiVersion }));
}

function patched(
  { resource }: Served,
  old: ApiObject,
  { kind, patch }: { readonly kind: PatchKind; readonly patch: unknown },
): unknown {
  switch (kind) {
    case "json":
      return jsonPatch(jsonForm(resource.schema, old), parseJsonPatch(patch));
    case "merge":
      return mergePatch(old, patch);
    case "strategic":
      return strategicMergePatch(resource.schema, old, patch);
    case "apply":
      throw unsupportedApply(resource.plural);
  }
}

/** An object as clients see it, with what is absent in memory and written as its zero value: JSON patches go by that. */
export function jsonForm(schema: Struct, object: ApiObject): unknown {
  const text = encodeJson(schema, object);
  // Long numbers might not survive JSON.parse.
  return /[0-9]{16}/.test(text) ? parseYaml(text) : JSON.parse(text);
}

/** The name that a patch gives its object must be that of the request. */
export function checkPatchedName(object: ApiObject, name: string): void {
  if (isRecord(object.metadata) && object.metadata.name !== "" && object.metadata.name !== name) {
    throw badRequest(`the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`);
  }
}

/** Server-side apply goes by field owners, which this target has none of. */
export function unsupportedApply(target: string): Error {
  return notImplemented(`server-side apply to ${target} is not implemented by this server`);
}
