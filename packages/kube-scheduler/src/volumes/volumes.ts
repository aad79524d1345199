import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  storageClassNameOf,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
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

/** `namespace/name`. */
export function claimKey({ metadata }: PersistentVolumeClaim): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The claim has its volume, and both know it. */
export function isBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  const completed = metadata.annotations?.[VOLUME_ANNOTATIONS.bindCompleted] !== undefined;
  return completed && (spec?.volumeName ?? "") !== "";
}

/** The claim is to be bound once a node is chosen for its first pod. */
export function waitsForPod(claim: PersistentVolumeClaim, volumes: Volumes): boolean {
  return volumes.storageClass(storageClassNameOf(claim))?.volumeBindingMode === "WaitForFirstConsumer";
}
