import { namespaces } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { must } from "@skates/component-base";

/** A namespace is made when something is first created in it. */
export function namespaceAutoProvision(registry: Registry, client: Client): AdmissionPlugin {
  return {
    name: "NamespaceAutoProvision",
    handles: ({ operation, resource, namespace, dryRun }) =>
      operation === "CREATE" &&
      !dryRun &&
      resource.namespaced &&
      namespace !== "" &&
      resource.plural !== "localsubjectaccessreviews",
    async mutate(attributes, signal) {
      const name = attributes.namespace;
      const object = must(attributes.object, "the object of a write");
      if ((await registry.find(namespaces, { name }, signal)) !== undefined) return object;
      try {
        await client
          .resource(namespaces)
          .create({ apiVersion: "v1", kind: "Namespace", metadata: { name }, spec: {} }, {}, signal);
      } catch (error) {
        if (!isStatus(error, "AlreadyExists")) throw error;
      }
      return object;
    },
  };
}
