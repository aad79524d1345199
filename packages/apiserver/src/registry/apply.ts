import {
  type ApiObject,
  applyDefaults,
  badRequest,
  decodeValue,
  formatGroupVersion,
  isRecord,
  notFound,
  serverSideApply,
} from "@skates/apimachinery";
import { type ConvertNow, withConversions } from "./exchange.ts";
import { inVersion, toHub } from "./in-version.ts";
import { ignoredFields, otherVersions } from "./managed.ts";
import { withNamespace } from "./object-meta.ts";
import { checkPatchedName } from "./patch.ts";
import { type Updated, updateObject } from "./update.ts";
import type { WriteCall } from "./write-call.ts";

export interface Apply {
  /** As sent, parsed. */
  readonly patch: unknown;
  readonly force: boolean;
}

/** Server-side apply: what was sent is merged by who owns what; an object that is not there is created. */
export function applyObject(call: WriteCall, apply: Apply): Promise<Updated> {
  const allowCreate = call.subresource === "";
  const next = async (old: ApiObject | undefined): Promise<ApiObject> => {
    if (old === undefined && !allowCreate) throw notFound(call.served.resource, call.name);
    return await withConversions((convert) => mergeApply(call, { ...apply, convert }, old));
  };
  return updateObject(call, { next, allowCreate, ownersRecorded: true });
}

function mergeApply(
  call: WriteCall,
  { patch, force, convert }: Apply & { readonly convert: ConvertNow },
  old: ApiObject | undefined,
): ApiObject {
  const { resource } = call.served;
  const { kind, schema } = resource;
  const apiVersion = formatGroupVersion(resource);
  checkApplied(patch);
  const applied = serverSideApply({
    struct: schema,
    live: old === undefined ? undefined : inVersion(resource, old),
    applied: patch,
    manager: call.fieldManager,
    apiVersion,
    subresource: call.subresource,
    force,
    nowMs: call.nowMs,
    ignore: ignoredFields(resource, call.subresource),
    inVersion: (version, merged) =>
      otherVersions(call, {
        old,
        next: () => {
          const { object } = decodeValue<ApiObject>(schema, merged);
          return toHub(resource, applyDefaults(schema, { ...object, kind, apiVersion }));
        },
        convert,
      })(version),
  });
  const { object } = decodeValue<ApiObject>(schema, applied.object);
  checkPatchedName(object, call.name);
  const metadata = { ...object.metadata, name: call.name, managedFields: applied.managedFields };
  const complete = applyDefaults(schema, { ...object, kind, apiVersion, metadata });
  return toHub(resource, withNamespace(resource, call.namespace, complete));
}

/** What is applied must say what it is, in texts: it is looked at before its schema has been. */
export function checkApplied(patch: unknown): void {
  if (!isRecord(patch)) throw badRequest("error decoding YAML: what is applied must be an object");
  for (const name of ["kind", "apiVersion"]) {
    if (patch[name] === undefined) throw badRequest(`error decoding YAML: Object '${capital(name)}' is missing`);
    checkText(name, patch[name]);
  }
  const metadata = patch["metadata"];
  if (!isRecord(metadata)) return;
  for (const name of ["name", "namespace"]) checkText(`metadata.${name}`, metadata[name]);
}

function checkText(path: string, value: unknown): void {
  if (value !== undefined && value !== null && typeof value !== "string") {
    throw badRequest(`error decoding YAML: ${path} must be a string`);
  }
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
