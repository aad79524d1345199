import {
  isVolumeOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  storageClassNameOf,
  volumeMismatch,
} from "@skates/api/core/v1";
import { keyOf, labelSelector, parseQuantity } from "@skates/apimachinery";
import { claimId, type StorageView } from "./storage-view.ts";

/**
 * The volume for a claim: one that is set aside for it, else of those that are free and will do the one with the fewest access modes,
 * then the smallest, then the first by name. `delayed`: only the former, as the scheduler chooses among the others.
 */
export function findVolume(
  view: StorageView,
  claim: PersistentVolumeClaim,
  delayed: boolean,
): PersistentVolume | undefined {
  const fits = (volume: PersistentVolume): boolean =>
    volume.metadata.deletionTimestamp === undefined && volumeMismatch(volume, claim) === undefined;
  const own = view.volumes
    .by("claim", claimId(keyOf(claim)))
    .find((volume) => isVolumeOf(volume, claim) && fits(volume));
  if (own !== undefined || delayed) return own;
  const selector = claim.spec.selector === undefined ? undefined : labelSelector(claim.spec.selector);
  return view.volumes
    .by("free", storageClassNameOf(claim))
    .filter((volume) => volume.status?.phase === "Available" && fits(volume))
    .filter(({ metadata }) => selector?.matches(metadata.labels) ?? true)
    .toSorted(byModesThenSize)[0];
}

function byModesThenSize({ spec: a }: PersistentVolume, { spec: b }: PersistentVolume): number {
  const modes = (a.accessModes?.length ?? 0) - (b.accessModes?.length ?? 0);
  const size = ({ capacity }: PersistentVolume["spec"]) => parseQuantity(capacity?.["storage"] ?? "0");
  return modes === 0 ? size(a).compare(size(b)) : modes;
}
