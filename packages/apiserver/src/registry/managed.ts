import {
  type ApiObject,
  formatGroupVersion,
  type Resource,
  updateManagedFields,
  type OtherVersion,
} from "@skates/apimachinery";
import { type ConvertNow, withConversions } from "./exchange.ts";
import { inVersion } from "./in-version.ts";
import type { WriteCall } from "./write-call.ts";

const ALWAYS: ReadonlySet<string> = new Set(["kind", "apiVersion", "metadata", "status"]);

/** The object with its field owners as this write leaves them; both objects are in the hub version. */
export async function withOwners(call: WriteCall, next: ApiObject, old: ApiObject | undefined): Promise<ApiObject> {
  return await withConversions((convert) => ownedBy(call, { next, old, convert }));
}

interface Owning {
  readonly next: ApiObject;
  readonly old: ApiObject | undefined;
  readonly convert: ConvertNow;
}

function ownedBy(call: WriteCall, { next, old, convert }: Owning): ApiObject {
  const { resource } = call.served;
  const managedFields = updateManagedFields({
    struct: resource.schema,
    old: old === undefined ? undefined : inVersion(resource, old),
    next: inVersion(resource, next),
    manager: call.fieldManager,
    apiVersion: formatGroupVersion(resource),
    subresource: call.subresource,
    nowMs: call.nowMs,
    ignore: ignoredFields(resource, call.subresource),
    inVersion: otherVersions(call, { old, next: () => next, convert }),
    sink: call.served.cache?.codec.sink,
    memo: call.served.cache?.codec.createdMemo,
  });
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

/** Both objects of an update, given in the hub version, as other versions of the kind show them. */
export function otherVersions(
  { core, served }: WriteCall,
  {
    old,
    next,
    convert,
  }: { readonly old: ApiObject | undefined; readonly next: () => ApiObject; readonly convert: ConvertNow },
): (apiVersion: string) => OtherVersion | undefined {
  return (apiVersion) => {
    const { exchange, kind } = served.resource;
    const other = exchange === undefined ? core.served.ofKind(apiVersion, kind) : exchange.version(apiVersion);
    if (other === undefined) return undefined;
    if (exchange !== undefined) {
      return { struct: other.schema, old: old === undefined ? {} : convert(old, other), next: convert(next(), other) };
    }
    return {
      struct: other.schema,
      old: old === undefined ? {} : inVersion(other, old),
      next: inVersion(other, next()),
    };
  };
}

/** Top-level fields that a write of this view cannot change. */
export function ignoredFields(resource: Resource, subresource: string): readonly string[] {
  if (subresource === "") return resource.subresources.some((sub) => sub.name === "status") ? ["status"] : [];
  if (subresource !== "status") return [];
  return Object.keys(resource.schema.fields).filter((name) => !ALWAYS.has(name));
}
