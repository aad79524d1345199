import { lacksStorageClass, type PersistentVolumeClaim, persistentVolumeClaims } from "@skates/api/core/v1";
import { defaultStorageClass as defaultOf, type StorageClass, storageClasses } from "@skates/api/storage/v1";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { objectOf } from "./object-kind.ts";

/** Claims that name no class get the default one. An empty name is a class of its own: none. */
export function defaultStorageClass(registry: Registry): AdmissionPlugin {
  return {
    name: "DefaultStorageClass",
    handles: (attributes) =>
      attributes.operation === "CREATE" && objectOf(attributes, persistentVolumeClaims) !== undefined,
    async mutate(attributes) {
      const claim = must(objectOf<PersistentVolumeClaim>(attributes, persistentVolumeClaims), "the claim");
      if (!lacksStorageClass(claim)) return claim;
      const found = defaultOf(registry.cachedList<StorageClass>(storageClasses));
      if (found === undefined) return claim;
      return { ...claim, spec: { ...claim.spec, storageClassName: found.metadata.name } };
    },
  };
}
