import { namespaces } from "@skates/api/core/v1";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { findNamespace } from "./lookup.ts";
import { isAbout } from "./object-kind.ts";

/** Nothing is written into a namespace that is not there. NamespaceLifecycle does this and more. */
export function namespaceExists(registry: Registry): AdmissionPlugin {
  return {
    name: "NamespaceExists",
    handles: (attributes) =>
      attributes.operation !== "CONNECT" && attributes.resource.namespaced && !isAbout(attributes, namespaces),
    async validate({ namespace }, signal) {
      await findNamespace(registry, namespace, signal);
    },
  };
}
