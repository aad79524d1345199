import { labelSelector } from "@skates/apimachinery";
import {
  isVolumeOf,
  type Node,
  nodeSelectorMatches,
  type PersistentVolume,
  type PersistentVolumeClaim,
  storageClassNameOf,
  storageRequestOf,
} from "@skates/api/core/v1";
import { valueOf } from "../snapshot/resources.ts";

/** The node can reach the volume. */
export function reaches(node: Node, { spec }: PersistentVolume): boolean {
  const required = spec?.nodeAffinity?.required;
  return required === undefined || nodeSelectorMatches(required, node);
}

/**
 * The volume that is to be bound to a claim if its pod comes to the node: one that is already meant for it, else the smallest that will
 * do. `taken`: the names of volumes that others are to have.
 */
export function matchVolume(
  claim: PersistentVolumeClaim,
  {
    node,
    volumes,
    taken,
  }: { readonly node: Node; readonly volumes: readonly PersistentVolume[]; readonly taken: (name: string) => boolean },
): PersistentVolume | undefined {
  const wanted = valueOf(storageRequestOf(claim));
  const selector = claim.spec?.selector === undefined ? undefined : labelSelector(claim.spec.selector);
  let best: PersistentVolume | undefined;
  let bestBytes = Number.POSITIVE_INFINITY;
  for (const volume of volumes) {
    const { metadata, spec, status } = volume;
    if (taken(metadata.name) || metadata.deletionTimestamp !== undefined || !reaches(node, volume)) continue;
    if ((spec?.volumeMode ?? "Filesystem") !== (claim.spec?.volumeMode ?? "Filesystem")) continue;
    if ((spec?.volumeAttributesClassName ?? "") !== (claim.spec?.volumeAttributesClassName ?? "")) continue;
    const bytes = valueOf(spec?.capacity?.["storage"] ?? "0");
    if (bytes < wanted) continue;
    if (spec?.claimRef !== undefined) {
      if (isVolumeOf(volume, claim)) return volume;
      continue;
    }
    if (status?.phase !== undefined && status.phase !== "Available") continue;
    if (selector !== undefined && !selector.matches(metadata.labels)) continue;
    if ((spec?.storageClassName ?? "") !== storageClassNameOf(claim) || !offersModes(volume, claim)) continue;
    if (bytes < bestBytes) {
      best = volume;
      bestBytes = bytes;
    }
  }
  return best;
}

function offersModes({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const offered: readonly string[] = spec?.accessModes ?? [];
  return (claim.spec?.accessModes ?? []).every((mode) => offered.includes(mode));
}
