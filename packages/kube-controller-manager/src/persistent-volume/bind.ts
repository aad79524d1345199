import {
  isVolumeOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import { equalValues } from "@skates/apimachinery";
import { NOTHING, type Plan, statusUpdate, update } from "@skates/controller-runtime";
import { annotated, isAnnotated } from "./storage-view.ts";

const { bindCompleted, boundByController } = VOLUME_ANNOTATIONS;

/**
 * The next step towards claim and volume being bound to each other: the volume names the claim, the claim names the volume, the volume
 * is Bound (which its own key sees to), the claim is Bound. Each step is taken from what is there, so that it may end between any two.
 */
export function bind(volume: PersistentVolume, claim: PersistentVolumeClaim): Plan {
  const given = givenTo(volume, claim);
  if (given !== undefined) return { stages: [[update(persistentVolumes, given)]] };
  const naming = claimNaming(claim, volume);
  if (naming !== undefined) return { stages: [[update(persistentVolumeClaims, naming)]] };
  if (volume.status?.phase !== "Bound") return NOTHING;
  return setClaimStatus(claim, boundStatus(claim, volume));
}

/** Writes a claim's status where it is not that already. */
export function setClaimStatus(
  claim: PersistentVolumeClaim,
  status: NonNullable<PersistentVolumeClaim["status"]>,
): Plan {
  if (equalValues(claim.status ?? {}, status)) return NOTHING;
  return { stages: [[statusUpdate<PersistentVolumeClaim>(persistentVolumeClaims, { ...claim, status })]] };
}

/** The volume as it is when it is this claim's; undefined: it is already. */
function givenTo(volume: PersistentVolume, { metadata }: PersistentVolumeClaim): PersistentVolume | undefined {
  const { claimRef } = volume.spec;
  if (claimRef?.uid === metadata.uid && claimRef?.name === metadata.name) return undefined;
  const { namespace, name, uid, resourceVersion } = metadata;
  const reference = { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace, name, uid, resourceVersion };
  const next: PersistentVolume = { ...volume, spec: { ...volume.spec, claimRef: reference } };
  // Whoever set it aside beforehand wants it to stay so when the claim goes.
  return claimRef === undefined ? annotated(next, { [boundByController]: "yes" }) : next;
}

function claimNaming(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolumeClaim | undefined {
  const { name } = volume.metadata;
  const named = claim.spec.volumeName === name;
  if (named && isAnnotated(claim, bindCompleted)) return undefined;
  const next: PersistentVolumeClaim = { ...claim, spec: { ...claim.spec, volumeName: name } };
  return annotated(next, { ...(named ? {} : { [boundByController]: "yes" }), [bindCompleted]: "yes" });
}

function boundStatus(
  claim: PersistentVolumeClaim,
  { spec }: PersistentVolume,
): NonNullable<PersistentVolumeClaim["status"]> {
  const before = claim.status ?? {};
  // The size of a claim that is bound changes only when its growth has come to an end.
  const capacity = before.phase === "Bound" ? (before.capacity ?? spec.capacity) : spec.capacity;
  const attributes = spec.volumeAttributesClassName ?? "";
  return {
    ...before,
    phase: "Bound",
    accessModes: spec.accessModes,
    capacity,
    ...(before.phase === "Bound" || attributes === "" ? {} : { currentVolumeAttributesClassName: attributes }),
  };
}

/** Whether a volume is held by another claim. */
export function isTaken(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return volume.spec.claimRef !== undefined && !isVolumeOf(volume, claim);
}
