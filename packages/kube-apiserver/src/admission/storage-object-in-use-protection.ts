import { persistentVolumeClaims, persistentVolumes } from "@skates/api/core/v1";
import { volumeAttributesClasses } from "@skates/api/storage/v1";
import type { AdmissionPlugin } from "@skates/apiserver";
import { must } from "@skates/component-base";
import { isAbout } from "./object-kind.ts";

const FINALIZERS = [
  [persistentVolumeClaims, "kubernetes.io/pvc-protection"],
  [persistentVolumes, "kubernetes.io/pv-protection"],
  [volumeAttributesClasses, "kubernetes.io/vac-protection"],
] as const;

/** Storage is not deleted while something uses it; controllers take the finalizer away once nothing does. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  handles: (attributes) =>
    attributes.operation === "CREATE" && FINALIZERS.some(([resource]) => isAbout(attributes, resource)),
  async mutate(attributes) {
    const object = must(attributes.object, "the object of a write");
    const [, finalizer] = must(
      FINALIZERS.find(([resource]) => isAbout(attributes, resource)),
      "a kind that is protected",
    );
    const { metadata } = object;
    const finalizers = metadata.finalizers ?? [];
    if (finalizers.includes(finalizer)) return object;
    return { ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } };
  },
};
