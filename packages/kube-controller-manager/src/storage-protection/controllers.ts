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
  withFinalizer,
  withoutFinalizer,
} from "@skates/controller-runtime";

interface VolumeView {
  readonly volumes: Lister<PersistentVolume>;
}

const VOLUME: Protection<PersistentVolume> = {
  resource: persistentVolumes,
  finalizer: "kubernetes.io/pv-protection",
};

/** Volumes that are being deleted go once no claim has them. */
export const volumeProtectionController: Controller<VolumeView> = {
  name: "pv-protection-controller",
  watches: [watch({ resource: persistentVolumes, keys: unsettledKeys(VOLUME) })],
  view: (listers) => ({ volumes: listers.for(persistentVolumes) }),
  plan: ({ volumes }, key) => {
    const volume = volumes.get(key);
    return planProtection(VOLUME, volume, volume?.status?.phase === "Bound");
  },
};

interface ClassView {
  readonly classes: Lister<VolumeAttributesClass>;
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly volumes: Lister<PersistentVolume>;
}

const CLASS: Protection<VolumeAttributesClass> = {
  resource: volumeAttributesClasses,
  finalizer: "kubernetes.io/vac-protection",
};

/** Classes of attributes that are being deleted go once no claim wants or has them, and no volume. */
export const attributesClassProtectionController: Controller<ClassView> = {
  name: "volumeattributesclass-protection-controller",
  watches: [
    watch({ resource: volumeAttributesClasses, keys: unsettledKeys(CLASS) }),
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
    return planProtection(CLASS, classes.get(key), users > 0);
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

/** A finalizer that keeps objects of a kind. */
interface Protection<T extends ApiObject> {
  readonly resource: Resource<T>;
  readonly finalizer: string;
}

function unsettledKeys<T extends ApiObject>({ finalizer }: Protection<T>): (object: T) => readonly ObjectKey[] {
  return (object) => (isUnsettled(object, finalizer) ? [keyOf(object)] : []);
}

/** Nothing is to be done about an object that stays and is protected. */
function isUnsettled(object: ApiObject, finalizer: string): boolean {
  return (object.metadata.deletionTimestamp === undefined) !== hasFinalizer(object, finalizer);
}

/** Takes the protection from an object that is being deleted and not used; gives it to one that came without (admission may be off). */
export function planProtection<T extends ApiObject>(
  { resource, finalizer }: Protection<T>,
  object: T | undefined,
  used: boolean,
): Plan {
  if (object === undefined || !isUnsettled(object, finalizer)) return NOTHING;
  if (object.metadata.deletionTimestamp === undefined) {
    return { stages: [[update<T>(resource, withFinalizer(object, finalizer))]] };
  }
  return used ? NOTHING : { stages: [[update<T>(resource, withoutFinalizer(object, finalizer))]] };
}
