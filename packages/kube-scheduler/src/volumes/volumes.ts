import type { PersistentVolume, PersistentVolumeClaim, Pod } from "@skates/api/core/v1";
import type { CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment } from "@skates/api/storage/v1";

/** What is known of storage. */
export interface Volumes {
  claim(namespace: string, name: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  storageClass(name: string): StorageClass | undefined;
  /** Volumes of a class; "": of none. */
  volumesOf(className: string): readonly PersistentVolume[];
  csiDriver(name: string): CSIDriver | undefined;
  csiNode(nodeName: string): CSINode | undefined;
  capacitiesOf(className: string): readonly CSIStorageCapacity[];
  attachmentsOn(nodeName: string): readonly VolumeAttachment[];
}

/** A cluster without any. */
export const NO_VOLUMES: Volumes = {
  claim: () => undefined,
  volume: () => undefined,
  storageClass: () => undefined,
  volumesOf: () => [],
  csiDriver: () => undefined,
  csiNode: () => undefined,
  capacitiesOf: () => [],
  attachmentsOn: () => [],
};

/** A claim that a pod uses. */
export interface Claimed {
  readonly name: string;
  /** Made for this very pod. */
  readonly own: boolean;
}

/** The claims that a pod uses, those that are made for it included. */
export function claimsOf({ metadata, spec }: Pod): readonly Claimed[] {
  const out: Claimed[] = [];
  for (const { name, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    if (persistentVolumeClaim !== undefined) out.push({ name: persistentVolumeClaim.claimName, own: false });
    else if (ephemeral !== undefined) out.push({ name: `${metadata.name}-${name}`, own: true });
  }
  return out;
}

/** `namespace/name`. */
export function claimKey({ metadata }: PersistentVolumeClaim): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The claim has its volume, and both know it. */
export function isBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  const completed = metadata.annotations?.["pv.kubernetes.io/bind-completed"] !== undefined;
  return completed && (spec?.volumeName ?? "") !== "";
}

/** The class of a claim, by the old annotation too; "": none. */
export function classOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec?.storageClassName ?? "";
}

/** The claim is to be bound once a node is chosen for its first pod. */
export function waitsForPod(claim: PersistentVolumeClaim, volumes: Volumes): boolean {
  return volumes.storageClass(classOf(claim))?.volumeBindingMode === "WaitForFirstConsumer";
}

/** How many bytes a claim asks for, as a quantity. */
export function requestOf({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.["storage"] ?? "0";
}
