import type {
  CSIPersistentVolumeSource,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  SecretReference,
  Volume,
} from "@skates/api/core/v1";
import { sha256Hex } from "@skates/component-base";

/** What a pod wants mounted by a CSI driver: a persistent volume, or one that the driver makes for the pod. */
export interface CsiVolume {
  /** Upstream's name of it, also that of its directory: of the persistent volume, or of the pod's volume. */
  readonly name: string;
  readonly driver: string;
  readonly volumeHandle: string;
  readonly lifecycle: "Persistent" | "Ephemeral";
  /** Containers get a device, and no file system of it. */
  readonly block: boolean;
  /** This mount is for reading. */
  readonly readOnly: boolean;
  readonly fsType: string;
  readonly accessModes: readonly string[];
  readonly mountOptions: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  readonly secrets: CsiSecrets;
  /** How large it is, and what its claim says; undefined: it has no claim. */
  readonly size?: VolumeSize | undefined;
}

export interface VolumeSize {
  readonly claim: PersistentVolumeClaim;
  /** What the volume's object says. */
  readonly storage: string;
}

/** Secrets that the driver is to be given when it stages, publishes and expands. */
export interface CsiSecrets {
  readonly stage?: SecretReference | undefined;
  readonly publish?: SecretReference | undefined;
  readonly expand?: SecretReference | undefined;
}

export function persistentCsiVolume(
  volume: PersistentVolume,
  csi: CSIPersistentVolumeSource,
  { claim, readOnly }: { readonly claim: PersistentVolumeClaim; readonly readOnly: boolean },
): CsiVolume {
  const { accessModes = [], mountOptions = [], capacity } = volume.spec;
  return {
    name: volume.metadata.name,
    driver: csi.driver,
    volumeHandle: csi.volumeHandle,
    lifecycle: "Persistent",
    block: volume.spec.volumeMode === "Block",
    readOnly,
    fsType: csi.fsType ?? "",
    accessModes,
    mountOptions,
    attributes: csi.volumeAttributes ?? {},
    secrets: { stage: csi.nodeStageSecretRef, publish: csi.nodePublishSecretRef, expand: csi.nodeExpandSecretRef },
    size: { claim, storage: capacity?.["storage"] ?? "0" },
  };
}

/** The volume that a driver makes for this pod alone; undefined: the volume is of another kind. */
export function inlineCsiVolume(pod: Pod, { name, csi }: Volume): CsiVolume | undefined {
  if (csi === undefined) return undefined;
  const { uid = "", namespace = "" } = pod.metadata;
  const secret = csi.nodePublishSecretRef?.name ?? "";
  return {
    name,
    driver: csi.driver,
    volumeHandle: `csi-${sha256Hex(`${uid}${name}`)}`,
    lifecycle: "Ephemeral",
    block: false,
    readOnly: csi.readOnly === true,
    fsType: csi.fsType ?? "",
    accessModes: ["ReadWriteOnce"],
    mountOptions: [],
    attributes: csi.volumeAttributes ?? {},
    secrets: { publish: secret === "" ? undefined : { name: secret, namespace } },
  };
}
