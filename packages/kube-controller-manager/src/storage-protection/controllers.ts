import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from "@skates/api/core/v1";
import { type VolumeAttributesClass, volumeAttributesClasses } from "@skates/api/storage/v1";
import { type ApiObject, keyOf, type ObjectKey, type Resource } from "@skates/apimachinery";
import {
  type Controller,
  hasFinalizer,
  type Lister,
  NOTHING,
  type Plan,
  update,
  watch,
  withoutFinalizer,
} from "@skates/controller-runtime";

interface VolumeView {
  readonly volumes: Lister<PersistentVolume>;
}

/** Volumes that are being deleted go once no claim has them. */
export const volumeProtectionController: Controller<VolumeView> = {
  name: "pv-protection-controller",
  watches: [watch({ resource: persistentVolumes, keys: deletedKeys })],
  view: (listers) => ({ volumes: listers.for(persistentVolumes) }),
  plan({ volumes }, key) {
    const volume = volumes.get(key);
    const bound = volume?.status?.phase === "Bound";
    return bound ? NOTHING : released(persistentVolumes, volume, "kubernetes.io/pv-protection");
  },
};

interface ClassView {
  readonly classes: Lister<VolumeAttributesClass>;
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly volumes: Lister<PersistentVolume>;
}

/** Classes of attributes that are being deleted go once no claim wants or has them, and no volume. */
export const attributesClassProtectionController: Controller<ClassView> = {
  name: "volumeattributesclass-protection-controller",
  watches: [
    watch({ resource: volumeAttributesClasses, keys: deletedKeys }),
    watch({
      resource: persistentVolumeClaims,
      keys: (claim) => classesOfClaim(claim).map(named),
      indexes: { class: classesOfClaim },
    }),
    watch({
      resource: persistentVolumes,
      keys: (volume) => classesOfVolume(volume).map(named),
      indexes: { class: classesOfVolume },
    }),
  ],
  view: (listers) => ({
    classes: listers.for(volumeAttributesClasses),
    claims: listers.for(persistentVolumeClaims),
    volumes: listers.for(persistentVolumes),
  }),
  plan({ classes, claims, volumes }, key) {
    const users = claims.by("class", key.name).length + volumes.by("class", key.name).length;
    return users > 0 ? NOTHING : released(volumeAttributesClasses, classes.get(key), "kubernetes.io/vac-protection");
  },
};

function classesOfClaim({ spec, status }: PersistentVolumeClaim): readonly string[] {
  const { currentVolumeAttributesClassName: current, modifyVolumeStatus } = status ?? {};
  const names = [spec.volumeAttributesClassName, current, modifyVolumeStatus?.targetVolumeAttributesClassName];
  return [...new Set(names.map((name) => name ?? ""))].filter((name) => name !== "");
}

function classesOfVolume({ spec }: PersistentVolume): readonly string[] {
  const name = spec.volumeAttributesClassName ?? "";
  return name === "" ? [] : [name];
}

function named(name: string): ObjectKey {
  return { name };
}

function deletedKeys(object: ApiObject): readonly ObjectKey[] {
  return object.metadata.deletionTimestamp === undefined ? [] : [keyOf(object)];
}

/** Takes the finalizer from an object that is being deleted. */
function released<T extends ApiObject>(resource: Resource<T>, object: T | undefined, finalizer: string): Plan {
  if (object?.metadata.deletionTimestamp === undefined || !hasFinalizer(object, finalizer)) return NOTHING;
  return { stages: [[update<T>(resource, withoutFinalizer(object, finalizer))]] };
}
