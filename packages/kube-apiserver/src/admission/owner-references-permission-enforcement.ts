import { pods } from "@skates/api/core/v1";
import {
  type ApiObject,
  equalValues,
  type OwnerReference,
  parseGroupVersion,
  type Resource,
} from "@skates/apimachinery";
import type {
  AdmissionAttributes,
  AdmissionPlugin,
  AuthorizationAttributes,
  Authorizer,
  Registry,
} from "@skates/apiserver";
import { refusal } from "./refusal.ts";

export interface OwnerPermissionOptions {
  readonly registry: Registry;
  readonly authorizer: Authorizer;
}

/**
 * Who makes an object depend on another one can have it deleted: that asks for the right to delete it. Who makes the owner wait for
 * it asks for the right to set the owner's finalizers.
 */
export function ownerReferencesPermissionEnforcement(options: OwnerPermissionOptions): AdmissionPlugin {
  return {
    name: "OwnerReferencesPermissionEnforcement",
    handles: ({ operation, resource, subresource, object, old }) =>
      (operation === "CREATE" || operation === "UPDATE") &&
      // Kubelets of old spoil the owners there; the strategy keeps them.
      !(resource.group === "" && resource.plural === pods.plural && subresource === "status") &&
      !equalValues(ownersOf(object), ownersOf(old)),
    async validate(attributes, signal) {
      const { user, resource, subresource, namespace, name } = attributes;
      const { group, version, plural } = resource;
      const base = { user, resourceRequest: true, path: "", namespace } as const;
      const may = { ...base, verb: "delete", group, version, resource: plural, subresource, name };
      const denied = await denial(options, may, signal);
      if (denied !== undefined) {
        throw refusal(attributes, `cannot set an ownerRef on a resource you can't delete: ${denied}, <nil>`);
      }
      for (const owner of newlyBlocking(attributes)) await checkOwner(options, { attributes, owner }, signal);
    },
  };
}

async function checkOwner(
  options: OwnerPermissionOptions,
  { attributes, owner }: { readonly attributes: AdmissionAttributes; readonly owner: OwnerReference },
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind, name } = owner;
  const { group, version } = parseGroupVersion(apiVersion);
  const found = options.registry.resources().find((known) => known.group === group && known.kind === kind);
  if (found === undefined) {
    const about = `cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}`;
    const why = `no matches for kind ${JSON.stringify(kind)} in version ${JSON.stringify(apiVersion)}`;
    throw refusal(attributes, `cannot set blockOwnerDeletion in this case because ${about}: ${why}`);
  }
  const denied = await denial(
    options,
    {
      user: attributes.user,
      verb: "update",
      resourceRequest: true,
      path: "",
      group,
      version,
      resource: found.plural,
      subresource: "finalizers",
      namespace: namespaceOf(found, attributes),
      name,
    },
    signal,
  );
  if (denied === undefined) return;
  const cause = "cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on";
  throw refusal(attributes, `${cause}: ${denied}, <nil>`);
}

/** Owners are in the namespace of what they own, or in none. */
function namespaceOf(owner: Resource, { namespace }: AdmissionAttributes): string {
  return owner.namespaced ? namespace : "";
}

/** The authorizer's reason; undefined: allowed. */
async function denial(
  { authorizer }: OwnerPermissionOptions,
  attributes: AuthorizationAttributes,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { decision, reason } = await authorizer.authorize(attributes, signal);
  return decision === "allow" ? undefined : reason;
}

function newlyBlocking({ object, old }: AdmissionAttributes): readonly OwnerReference[] {
  const before = new Set(ownersOf(old).flatMap((owner) => (owner.blockOwnerDeletion === true ? [owner.uid] : [])));
  return ownersOf(object).filter((owner) => owner.blockOwnerDeletion === true && !before.has(owner.uid));
}

function ownersOf(object: ApiObject | undefined): readonly OwnerReference[] {
  return object?.metadata.ownerReferences ?? [];
}
