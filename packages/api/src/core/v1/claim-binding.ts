import { parseQuantity } from "@skates/apimachinery";
import type { PersistentVolume } from "./persistent-volume.ts";
import type { PersistentVolumeClaim } from "./persistent-volume-claim.ts";
import type { Pod } from "./pod.ts";

/** The annotation of old for the class of claims and volumes; it goes before the field. */
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** Annotations by which those who bind, make and use volumes tell each other how far they are. */
export const VOLUME_ANNOTATIONS = {
  /** On a claim: it was bound once, so that a missing volume is a loss. */
  bindCompleted: "pv.kubernetes.io/bind-completed",
  /** On a claim or volume: the binding was not asked for by a user, and may be undone. */
  boundByController: "pv.kubernetes.io/bound-by-controller",
  /** On a volume: who made it. */
  provisionedBy: "pv.kubernetes.io/provisioned-by",
  /** On a claim: the node of its first pod, for which a volume is to be made. */
  selectedNode: "volume.kubernetes.io/selected-node",
  /** On a claim: who is to make its volume. */
  storageProvisioner: "volume.kubernetes.io/storage-provisioner",
  betaStorageProvisioner: "volume.beta.kubernetes.io/storage-provisioner",
} as const;

/** The class of a claim or volume, by the old annotation too; "": none. */
export function storageClassNameOf({ metadata, spec }: PersistentVolumeClaim | PersistentVolume): string {
  return metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
}

/** Nobody has said which class the claim is of: the default one is to be filled in. */
export function lacksStorageClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return spec.storageClassName === undefined && metadata.annotations?.[CLASS_ANNOTATION] === undefined;
}

/** How much a claim asks for, as a quantity. */
export function storageRequestOf({ spec }: PersistentVolumeClaim): string {
  return spec.resources?.requests?.["storage"] ?? "0";
}

/** The volume is bound to this claim, or set aside for it. */
export function isVolumeOf({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const { namespace = "", name = "", uid = "" } = spec.claimRef ?? {};
  if (spec.claimRef === undefined || name !== metadata.name || namespace !== (metadata.namespace ?? "")) return false;
  return uid === "" || uid === metadata.uid;
}

/**
 * Why a volume cannot serve a claim whatever else is free, in upstream's words: by size, class, attributes, volume mode and access
 * modes; undefined: it can. Selector and nodes are not looked at.
 */
export function volumeMismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const { spec } = volume;
  const offered: readonly string[] = spec.accessModes ?? [];
  if (parseQuantity(spec.capacity?.["storage"] ?? "0").compare(parseQuantity(storageRequestOf(claim))) < 0)
    return "requested PV is too small";
  if (storageClassNameOf(volume) !== storageClassNameOf(claim)) return "storageClassName does not match";
  if ((spec.volumeAttributesClassName ?? "") !== (claim.spec.volumeAttributesClassName ?? ""))
    return "volumeAttributesClassName does not match";
  if ((spec.volumeMode ?? "Filesystem") !== (claim.spec.volumeMode ?? "Filesystem")) return "incompatible volumeMode";
  if (!(claim.spec.accessModes ?? []).every((mode) => offered.includes(mode))) return "incompatible accessMode";
  return undefined;
}

/** A claim that a pod uses. */
export interface PodClaim {
  /** Of the claim. */
  readonly name: string;
  /** The pod's name for the volume. */
  readonly volume: string;
  /** Made for this very pod, as which it is to be owned by it. */
  readonly own: boolean;
}

/** The claims that a pod uses, those that are made for it included. */
export function podClaims({ metadata, spec }: Pick<Pod, "metadata" | "spec">): readonly PodClaim[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }): readonly PodClaim[] => {
    if (persistentVolumeClaim !== undefined)
      return [{ name: persistentVolumeClaim.claimName, volume: name, own: false }];
    return ephemeral === undefined ? [] : [{ name: `${metadata.name}-${name}`, volume: name, own: true }];
  });
}
