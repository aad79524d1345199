import { type Namespace, namespaces } from "@skates/api/core/v1";
import { forbiddenRequest, StatusError } from "@skates/apimachinery";
import type { AdmissionAttributes, AdmissionPlugin, Registry } from "@skates/apiserver";
import { findNamespace } from "./lookup.ts";
import { isAbout } from "./object-kind.ts";

/** They hold what the cluster itself needs. */
const IMMORTAL: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public"]);

/** Nothing is written into namespaces that are not there, and nothing new into those that are going; some never go. */
export function namespaceLifecycle(registry: Registry): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    handles: ({ operation }) => operation !== "CONNECT",
    // Upstream refuses before any plugin mutates, so that a missing namespace is not reported as something missing inside it.
    async mutate(attributes, signal) {
      const { operation, namespace, resource, object } = attributes;
      if (operation === "DELETE" || isAbout(attributes, namespaces) || !resource.namespaced) return object;
      const found = await findNamespace(registry, namespace, signal);
      if (operation === "CREATE" && isGoing(found)) throw terminating(attributes);
      return object;
    },
    async validate(attributes) {
      const { operation, name, resource } = attributes;
      if (operation !== "DELETE" || !isAbout(attributes, namespaces) || !IMMORTAL.has(name)) return;
      throw forbiddenRequest(resource, name, "this namespace may not be deleted");
    },
  };
}

function isGoing(namespace: Namespace): boolean {
  return namespace.metadata.deletionTimestamp !== undefined || namespace.status?.phase === "Terminating";
}

function terminating({ resource, name, namespace }: AdmissionAttributes): StatusError {
  const refusal = forbiddenRequest(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  return new StatusError("Forbidden", refusal.message, { details: { ...refusal.details, causes: [cause] } });
}
