import {
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  storageClassNameOf,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import { LOCAL_PATH, type StorageClass } from "@skates/api/storage/v1";
import type { ObjectKey } from "@skates/apimachinery";
import {
  type Action,
  creation,
  deletion,
  hasFinalizer,
  type Lister,
  NOTHING,
  type Plan,
  update,
  withoutFinalizer,
} from "@skates/controller-runtime";
import { tell, withoutAnnotation } from "../persistent-volume/storage-view.ts";
import { claimProblem, newVolume, volumeNameFor, volumesFolder } from "./new-volume.ts";

export interface LocalPathView {
  readonly claims: Lister<PersistentVolumeClaim>;
  readonly volumes: Lister<PersistentVolume>;
  readonly classes: Lister<StorageClass>;
  readonly nodes: Lister<Node>;
}

const PROTECTION = "kubernetes.io/pv-protection";
const { selectedNode, storageProvisioner } = VOLUME_ANNOTATIONS;

/** A claim that waits for a volume from here. */
export function isAsked({ metadata, spec }: PersistentVolumeClaim): boolean {
  const { annotations, deletionTimestamp } = metadata;
  const asked = annotations?.[storageProvisioner] === LOCAL_PATH.provisioner;
  return asked && (spec.volumeName ?? "") === "" && deletionTimestamp === undefined;
}

/** A volume that was made here. */
export function isOurs({ metadata }: PersistentVolume): boolean {
  return metadata.annotations?.[VOLUME_ANNOTATIONS.provisionedBy] === LOCAL_PATH.provisioner;
}

/** Makes the volume that a claim asks for, on the node of the scheduler's choice. */
export function planLocalClaim(view: LocalPathView, key: ObjectKey): Plan {
  const claim = view.claims.get(key);
  if (claim === undefined || !isAsked(claim)) return NOTHING;
  const className = storageClassNameOf(claim);
  const storageClass = view.classes.get({ name: className });
  if (storageClass?.provisioner !== LOCAL_PATH.provisioner) return NOTHING;
  if (view.volumes.get({ name: volumeNameFor(claim) }) !== undefined) return NOTHING;
  const failure = (why: string): Action => {
    const message = `failed to provision volume with StorageClass ${JSON.stringify(className)}: ${why}`;
    return tell(claim, "Warning", "ProvisioningFailed", message);
  };
  const nodeName = claim.metadata.annotations?.[selectedNode];
  const problem =
    nodeName === undefined
      ? "no node is selected: the class must wait for the first consumer"
      : claimProblem(claim, storageClass);
  if (nodeName === undefined || problem !== undefined) return { stages: [[failure(problem ?? "")]] };
  const node = view.nodes.get({ name: nodeName });
  const folder = node === undefined ? undefined : volumesFolder(node);
  if (node === undefined || folder === undefined) {
    // Given back, so that the scheduler chooses another.
    const back = withoutAnnotation(claim, selectedNode);
    const why = `node ${JSON.stringify(nodeName)} ${node === undefined ? "not found" : "keeps no local-path volumes"}`;
    return { stages: [[failure(why), update<PersistentVolumeClaim>(persistentVolumeClaims, back)]] };
  }
  const volume = newVolume({ claim, storageClass, node }, folder);
  const { namespace = "", name } = claim.metadata;
  const start = `External provisioner is provisioning volume for claim ${JSON.stringify(`${namespace}/${name}`)}`;
  const done = {
    about: claim,
    type: "Normal",
    reason: "ProvisioningSucceeded",
    message: `Successfully provisioned volume ${volume.metadata.name}`,
  } as const;
  return {
    stages: [
      [tell(claim, "Normal", "Provisioning", start), creation<PersistentVolume>(persistentVolumes, volume, done)],
    ],
  };
}

/**
 * Deletes a volume that is released. Its directory is removed by the node that has it, which takes the finalizer away; of a node that
 * is no more nothing can be removed.
 */
export function planLocalVolume({ volumes, nodes }: LocalPathView, key: ObjectKey): Plan {
  const volume = volumes.get(key);
  if (volume === undefined || !isOurs(volume)) return NOTHING;
  const { deletionTimestamp, labels } = volume.metadata;
  if (deletionTimestamp === undefined) {
    const released = volume.status?.phase === "Released";
    const wanted = released && volume.spec.persistentVolumeReclaimPolicy === "Delete";
    return wanted ? { stages: [[deletion<PersistentVolume>(persistentVolumes, volume)]] } : NOTHING;
  }
  const alone = hasFinalizer(volume, LOCAL_PATH.finalizer) && !hasFinalizer(volume, PROTECTION);
  if (!alone || nodes.get({ name: labels?.[LOCAL_PATH.nodeLabel] ?? "" }) !== undefined) return NOTHING;
  return { stages: [[update<PersistentVolume>(persistentVolumes, withoutFinalizer(volume, LOCAL_PATH.finalizer))]] };
}
