import {
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  storageClassNameOf,
  storageRequestOf,
} from "@skates/api/core/v1";
import { type StorageClass, storageClasses } from "@skates/api/storage/v1";
import { parseQuantity } from "@skates/apimachinery";
import type { AdmissionPlugin, Registry } from "@skates/apiserver";
import { objectOf, oldOf } from "./object-kind.ts";
import { refusal } from "./refusal.ts";

/** A claim grows only once it is bound, and only where its class lets it. */
export function persistentVolumeClaimResize(registry: Registry): AdmissionPlugin {
  return {
    name: "PersistentVolumeClaimResize",
    handles: (attributes) =>
      attributes.operation === "UPDATE" && objectOf(attributes, persistentVolumeClaims) !== undefined,
    async validate(attributes) {
      const next = objectOf<PersistentVolumeClaim>(attributes, persistentVolumeClaims);
      const old = oldOf<PersistentVolumeClaim>(attributes, persistentVolumeClaims);
      if (next === undefined || old === undefined || sizeOf(next).compare(sizeOf(old)) <= 0) return;
      if (old.status?.phase !== "Bound")
        throw refusal(attributes, "Only bound persistent volume claims can be expanded");
      if (mayGrow(registry, next, old)) return;
      throw refusal(
        attributes,
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
      );
    },
  };
}

function sizeOf(claim: PersistentVolumeClaim) {
  return parseQuantity(storageRequestOf(claim));
}

function mayGrow(registry: Registry, next: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const name = storageClassNameOf(next);
  if (name === "" || name !== storageClassNameOf(old)) return false;
  return registry.cached<StorageClass>(storageClasses, { name })?.allowVolumeExpansion === true;
}
