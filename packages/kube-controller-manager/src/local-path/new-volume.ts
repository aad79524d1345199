import {
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  storageRequestOf,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import { LOCAL_PATH, type StorageClass } from "@skates/api/storage/v1";

export interface NewVolume {
  readonly claim: PersistentVolumeClaim;
  readonly storageClass: StorageClass;
  readonly node: Node;
}

/** As all provisioners name them. */
export function volumeNameFor({ metadata }: PersistentVolumeClaim): string {
  return `pvc-${metadata.uid ?? ""}`;
}

/** Why a directory cannot be what the claim asks for; undefined: it can. */
export function claimProblem(
  claim: PersistentVolumeClaim,
  { parameters, mountOptions }: StorageClass,
): string | undefined {
  const { spec } = claim;
  const [parameter] = Object.keys(parameters ?? {});
  if (spec.volumeMode === "Block") return "block volumes are not supported: a directory has no device";
  if (spec.selector !== undefined) return "claim.Spec.Selector is not supported";
  if (spec.dataSource !== undefined || spec.dataSourceRef !== undefined) return "data sources are not supported";
  if ((spec.volumeAttributesClassName ?? "") !== "") return "volume attributes classes are not supported";
  if (parameter !== undefined) return `parameter ${JSON.stringify(parameter)} is not known`;
  if ((mountOptions ?? []).length > 0) return "mount options are not supported";
  return undefined;
}

/** Below which folder of the node volumes are kept; undefined: it takes none. */
export function volumesFolder({ metadata }: Node): string | undefined {
  return metadata.annotations?.[LOCAL_PATH.directoryAnnotation];
}

/** A volume that is a directory of the node: whoever uses it comes to this node, in any access mode. */
export function newVolume({ claim, storageClass, node }: NewVolume, folder: string): PersistentVolume {
  const name = volumeNameFor(claim);
  const hostname = node.metadata.labels?.["kubernetes.io/hostname"] ?? node.metadata.name;
  const { namespace, uid, resourceVersion } = claim.metadata;
  // On a simulated node there is nothing to remove.
  const real = node.metadata.labels?.["skates.io/simulated"] === undefined;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name,
      annotations: { [VOLUME_ANNOTATIONS.provisionedBy]: LOCAL_PATH.provisioner },
      labels: { [LOCAL_PATH.nodeLabel]: node.metadata.name },
      finalizers: real ? [LOCAL_PATH.finalizer] : [],
    },
    spec: {
      capacity: { storage: storageRequestOf(claim) },
      accessModes: claim.spec.accessModes,
      claimRef: {
        kind: "PersistentVolumeClaim",
        apiVersion: "v1",
        namespace,
        name: claim.metadata.name,
        uid,
        resourceVersion,
      },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
      storageClassName: storageClass.metadata.name,
      volumeMode: "Filesystem",
      local: { path: `${folder}/${name}` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [hostname] }] },
          ],
        },
      },
    },
  };
}
