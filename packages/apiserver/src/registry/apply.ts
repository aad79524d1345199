import {
  type ApiObject,
  applyDefaults,
  decodeValue,
  formatGroupVersion,
  notFound,
  serverSideApply,
} from "@skates/apimachinery";
import { type BodyRules, checkStrict } from "../wire/body.ts";
import { inVersion, toHub } from "./in-version.ts";
import { ignoredFields } from "./managed.ts";
import { withNamespace } from "./object-meta.ts";
import { checkPatchedName } from "./patch.ts";
import { type Updated, updateObject } from "./update.ts";
import type { WriteCall } from "./write-call.ts";

export interface Apply {
  /** As sent, parsed. */
  readonly patch: unknown;
  readonly force: boolean;
  readonly rules: BodyRules;
}

/** Server-side apply: what was sent is merged by who owns what; an object that is not there is created. */
export function applyObject(call: WriteCall, apply: Apply): Promise<Updated> {
  const allowCreate = call.subresource === "";
  const next = (old: ApiObject | undefined): ApiObject => {
    if (old === undefined && !allowCreate) throw notFound(call.served.resource, call.name);
    return mergeApply(call, apply, old);
  };
  return updateObject(call, { next, allowCreate, ownersRecorded: true });
}

function mergeApply(call: WriteCall, { patch, force, rules }: Apply, old: ApiObject | undefined): ApiObject {
  const { resource } = call.served;
  const { kind, schema } = resource;
  const apiVersion = formatGroupVersion(resource);
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
  });
  checkStrict(applied.strictErrors, resource, rules);
  const { object } = decodeValue<ApiObject>(schema, applied.object);
  checkPatchedName(object, call.name);
  const metadata = { ...object.metadata, name: call.name, managedFields: applied.managedFields };
  const complete = applyDefaults(schema, { ...object, kind, apiVersion, metadata });
  return toHub(resource, withNamespace(resource, call.namespace, complete));
}
