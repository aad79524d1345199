import { type ApiObject, formatGroupVersion, type Resource, updateManagedFields } from "@skates/apimachinery";
import { inVersion } from "./in-version.ts";
import type { WriteCall } from "./write-call.ts";

const ALWAYS: ReadonlySet<string> = new Set(["kind", "apiVersion", "metadata", "status"]);

/** The object with its field owners as this write leaves them; both objects are in the hub version. */
export function withOwners(call: WriteCall, next: ApiObject, old: ApiObject | undefined): ApiObject {
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
    inVersion: (apiVersion) => {
      const other = call.core.served.ofKind(apiVersion, resource.kind);
      if (other === undefined) return undefined;
      return {
        struct: other.schema,
        old: old === undefined ? {} : inVersion(other, old),
        next: inVersion(other, next),
      };
    },
  });
  return { ...next, metadata: { ...next.metadata, managedFields } };
}

/** Top-level fields that a write of this view cannot change. */
export function ignoredFields(resource: Resource, subresource: string): readonly string[] {
  if (subresource === "") return resource.subresources.some((sub) => sub.name === "status") ? ["status"] : [];
  if (subresource !== "status") return [];
  return Object.keys(resource.schema.fields).filter((name) => !ALWAYS.has(name));
}
