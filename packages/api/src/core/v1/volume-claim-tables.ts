import type { Column, ObjectMeta } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { PersistentVolume } from "./persistent-volume.ts";
import type { PersistentVolumeClaim } from "./persistent-volume-claim.ts";

const UNSET = "<unset>";
const OLD_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
const MODES = { ReadWriteOnce: "RWO", ReadOnlyMany: "ROX", ReadWriteMany: "RWX", ReadWriteOncePod: "RWOP" } as const;

/** The table of `kubectl get persistentvolumes`. */
export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  column("Capacity", "Size of the volume.", (v) => v.spec.capacity?.["storage"] ?? "0"),
  column("Access Modes", "How it can be mounted.", (v) => shortModes(v.spec.accessModes)),
  column(
    "Reclaim Policy",
    "What becomes of it when its claim goes.",
    (v) => v.spec.persistentVolumeReclaimPolicy ?? "",
  ),
  column("Status", "Whether it is bound.", phaseOf),
  column("Claim", "The claim it is bound to.", ({ spec: { claimRef } }) =>
    claimRef === undefined ? "" : `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}`,
  ),
  column("StorageClass", "Class of the storage.", (v) => classOf(v.metadata, v.spec.storageClassName)),
  column("VolumeAttributesClass", "Class of its attributes.", (v) => v.spec.volumeAttributesClassName ?? UNSET),
  column("Reason", "Why it is in this state.", (v) => v.status?.reason ?? ""),
  ageColumn,
  column("VolumeMode", "File system or block device.", (v) => v.spec.volumeMode ?? UNSET, { wide: true }),
];

/** The table of `kubectl get persistentvolumeclaims`. Size and modes are those of the volume it got. */
export const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  column("Status", "Whether it is bound.", phaseOf),
  column("Volume", "The volume it is bound to.", (c) => c.spec.volumeName ?? ""),
  column("Capacity", "Size of the volume.", (c) => (bound(c) ? (c.status?.capacity?.["storage"] ?? "0") : "")),
  column("Access Modes", "How it can be mounted.", (c) => (bound(c) ? shortModes(c.status?.accessModes) : "")),
  column("StorageClass", "Class of the storage.", (c) => classOf(c.metadata, c.spec.storageClassName)),
  column("VolumeAttributesClass", "Class of its attributes.", (c) => c.spec.volumeAttributesClassName ?? UNSET),
  ageColumn,
  column("VolumeMode", "File system or block device.", (c) => c.spec.volumeMode ?? UNSET, { wide: true }),
];

function bound(claim: PersistentVolumeClaim): boolean {
  return (claim.spec.volumeName ?? "") !== "";
}

function phaseOf({ metadata, status }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating";
}

function classOf(metadata: ObjectMeta, name: string | undefined): string {
  return metadata.annotations?.[OLD_CLASS_ANNOTATION] ?? name ?? "";
}

function shortModes(modes: readonly (keyof typeof MODES)[] | undefined): string {
  const all = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"] as const;
  return all
    .filter((mode) => modes?.includes(mode) === true)
    .map((mode) => MODES[mode])
    .join(",");
}
