import { resource } from "@skates/apimachinery";
import { withStoredVersion } from "./custom-resource-definition-defaults.ts";
import { crdErrors } from "./custom-resource-definition-rules.ts";
import { CustomResourceDefinition } from "./custom-resource-definition.ts";
import { formerDefinition } from "./former-definition.ts";

// Apart from its structs, as the former version, which it names, is made of them.
export const customResourceDefinitions = resource<CustomResourceDefinition>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  namespaced: false,
  schema: CustomResourceDefinition,
  storageVersion: "apiextensions.k8s.io/v1beta1",
  storageVersionHash: "jfWCUB31mvA=",
  formerVersions: [formerDefinition],
  unconditionalUpdate: false,
  strategy: {
    prepare: (next, _old, request) => (request.subresource === undefined ? withStoredVersion(next) : next),
    validate: crdErrors,
  },
});
