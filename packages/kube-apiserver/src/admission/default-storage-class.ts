import { type PersistentVolumeClaim, persistentVolumeClaims } from "@skates/api/core/v1";
import { type StorageClass, storageClasses } from "@skates/api/storage/v1";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { defaultClass } from "./default-class.ts";
import { objectOf } from "./object-kind.ts";

const DEFAULT = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
const OLD_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** Claims that name no class get the default one. An empty name is a class of its own: none. */
export function defaultStorageClass(registry: Registry): AdmissionPlugin {
  return {
    name: "DefaultStorageClass",
    handles: (attributes) =>
      attributes.operation === "CREATE" && objectOf(attributes, persistentVolumeClaims) !== undefined,
    async mutate(attributes) {
      const claim = must(objectOf<PersistentVolumeClaim>(attributes, persistentVolumeClaims), "the claim");
      if (claim.spec.storageClassName !== undefined) return claim;
      if (claim.metadata.annotations?.[OLD_ANNOTATION] !== undefined) return claim;
      const found = defaultClass(registry.cachedList<StorageClass>(storageClasses), DEFAULT);
      if (found === undefined) return claim;
      return { ...claim, spec: { ...claim.spec, storageClassName: found.metadata.name } };
    },
  };
}
