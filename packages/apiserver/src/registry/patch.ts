import {
  type ApiObject,
  applyDefaults,
  badRequest,
  type Decoded,
  DecodeError,
  decodeValue,
  encodeJson,
  type FieldError,
  invalid,
  invalidStatus,
  isRecord,
  isStatus,
  jsonPatch,
  jsonText,
  mergePatch,
  notImplemented,
  parseJson,
  parseJsonPatch,
  parseYaml,
  type RequestBody,
  strategicMergePatch,
  type Struct,
} from "@skates/apimachinery";
import { type BodyRules, checkType, type Expected, readBytes, readYaml, unsupported } from "../wire/body.ts";
import { orMisshapen } from "../wire/misshapen.ts";
import { goValue } from "./go-value.ts";
import { inVersion, toHub } from "./in-version.ts";
import type { Served } from "./served.ts";

export type PatchKind = "json" | "merge" | "strategic" | "apply";

const KINDS: Readonly<Record<string, PatchKind>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
};

/** Which patch a body is; custom resources take no strategic ones. Throws UnsupportedMediaType. */
export function patchKind(mediaType: string, custom = false): PatchKind {
  const kind = Object.hasOwn(KINDS, mediaType) ? KINDS[mediaType] : undefined;
  if (kind === undefined || (custom && kind === "strategic")) {
    throw unsupported(Object.keys(KINDS).filter((known) => !custom || KINDS[known] !== "strategic"));
  }
  return kind;
}

/** A patch as it was sent. */
export interface SentPatch {
  readonly kind: PatchKind;
  /** Numbers are exact: those beyond 2^53 are bigints. */
  readonly value: unknown;
  /** Paths of members that came twice, or of what is applied the whole finding; the last one counts. */
  readonly duplicates: readonly string[];
}

/** Reads a patch. Throws BadRequest. */
export async function readPatch(body: RequestBody, kind: PatchKind, limitBytes: number): Promise<SentPatch> {
  if (body.kind === "object") return { kind, value: body.object, duplicates: [] };
  const bytes = await readBytes(body, limitBytes);
  if (kind === "apply") {
    const { value, duplicate } = readYaml(bytes);
    return { kind, value, duplicates: duplicate === undefined ? [] : [duplicate] };
  }
  try {
    return { kind, ...parseJson(bytes) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`error decoding patch: ${error.message}`);
  }
}

/** What a patch (but server-side apply) makes of an object: both in the hub version, patched in the version of the request. */
export function patchObject({ resource }: Served, hub: ApiObject, patch: SentPatch, rules: BodyRules): ApiObject {
  return toHub(resource, patchView<ApiObject>(resource, inVersion(resource, hub), { patch, rules }));
}

export interface PatchView {
  readonly patch: SentPatch;
  readonly rules: BodyRules;
}

/** What a patch (but server-side apply) makes of a value of a schema, with defaults. */
export function patchView<T extends ApiObject>(expected: Expected, old: T, view: PatchView): T {
  const { kind } = view.patch;
  try {
    return patchedView(expected, kind === "json" ? jsonForm(expected.schema, old) : old, view);
  } catch (error) {
    // Times that are not set are empty texts in memory, which nobody may send: what clients see has null there.
    if (kind === "json" || !isStatus(error, "Invalid")) throw error;
    return patchedView(expected, jsonForm(expected.schema, old), view);
  }
}

function patchedView<T extends ApiObject>(expected: Expected, old: unknown, { patch, rules }: PatchView): T {
  const value = patched(expected, old, patch);
  if (!isRecord(value)) throw badRequest("the patched value is no object");
  const apiVersion = checkType(value, expected);
  const { object, strictErrors } = decodePatched<T>(expected, value, patch);
  const duplicates = patch.duplicates.map((path) => `duplicate field "${path}"`);
  refuseStrictly([...duplicates, ...strictErrors], rules, (text) => invalidPatch(patch, value, text));
  return applyDefaults(expected.schema, { ...object, kind: expected.kind, apiVersion });
}

/** A value of a wrong type is a finding about the patch, and shows what the patch made. */
function decodePatched<T>(expected: Expected, value: unknown, patch: SentPatch): Decoded<T> {
  try {
    return orMisshapen(
      expected,
      () => value,
      () => decodeValue<T>(expected.schema, value),
    );
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof DecodeError)) throw error;
    throw invalidPatch(patch, value, cause.message);
  }
}

function refuseStrictly(errors: readonly string[], rules: BodyRules, refusal: (text: string) => Error): void {
  if (errors.length === 0 || rules.fieldValidation === "Ignore") return;
  if (rules.fieldValidation === "Strict") throw refusal(`strict decoding error: ${errors.join(", ")}`);
  for (const error of errors) rules.warn(error);
}

/** Upstream shows the patched object, but of a strategic merge patch the patch, as Go prints it. */
function invalidPatch({ kind, value: sent }: SentPatch, value: unknown, text: string): Error {
  const finding: FieldError = invalid(["patch"], kind === "strategic" ? goValue(sent) : jsonText(value), text);
  return invalidStatus("", "", [finding]);
}

function patched({ schema, kind: of }: Expected, old: unknown, { kind, value }: SentPatch): unknown {
  switch (kind) {
    case "json":
      return jsonPatch(old, parseJsonPatch(value));
    case "merge":
      return mergePatch(old, value);
    case "strategic":
      return strategicMergePatch(schema, old, value);
    case "apply":
      throw notImplemented(`server-side apply to ${of} is not implemented by this server`);
  }
}

/** An object as clients see it, with what is absent in memory and written as its zero value: JSON patches go by that. */
function jsonForm(schema: Struct, object: ApiObject): unknown {
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
