import { equalValues, type OwnerReference } from "@skates/apimachinery";
import type { StatefulSet } from "@skates/api/apps/v1";
import { type PersistentVolumeClaim, persistentVolumeClaims } from "@skates/api/core/v1";
import {
  type Action,
  creation,
  type Lister,
  update,
  controllerOf,
  controllerReference,
} from "@skates/controller-runtime";
import { claimsOf } from "./identity.ts";
import type { Slot } from "./slots.ts";

/** The claims of one pod of a set. */
export interface SlotClaims {
  readonly set: StatefulSet;
  readonly slot: Slot;
  readonly lister: Lister<PersistentVolumeClaim>;
}

/** Makes the claims that are missing. */
export function createClaims({ set, slot, lister }: SlotClaims): readonly Action[] {
  return claimsOf(set, slot.ordinal)
    .filter(({ metadata: { namespace, name } }) => lister.get({ namespace, name }) === undefined)
    .map((claim) => {
      const ownerReferences = whenDeleted(set) === "Delete" ? [controllerReference(set)] : undefined;
      const message = `Create Claim {name} Pod ${slot.pod.metadata.name} in StatefulSet ${set.metadata.name} success`;
      const announce = { about: set, type: "Normal", reason: "SuccessfulCreate", message } as const;
      return creation(persistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, ownerReferences } }, announce);
    });
}

/** True if a claim goes with an earlier pod of this name: a new pod has to wait until it is gone. */
export function claimsAreStale(claims: SlotClaims): boolean {
  const { set, slot } = claims;
  // Claims that stay when pods go are there to be used again.
  if (whenScaled(set) === "Retain") return false;
  return existing(claims).some(({ metadata: { ownerReferences = [] } }) =>
    ownerReferences.some((owner) => isPod(owner, slot) && owner.uid !== slot.pod.metadata.uid),
  );
}

/** Of the claims that a new pod would use, those that are being deleted; it has to wait until they are gone. */
export function leavingClaims(claims: SlotClaims): readonly string[] {
  return existing(claims)
    .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    .map(({ metadata }) => metadata.name);
}

/** Makes claims depend on what they are to go with, as the set's retention policy says. */
export function ownClaims(claims: SlotClaims, condemned: boolean): readonly Action[] {
  const { set, slot } = claims;
  const withPod = condemned && whenScaled(set) === "Delete";
  const withSet = whenDeleted(set) === "Delete" && !withPod;
  return existing(claims).flatMap((claim) => {
    const { ownerReferences = [], deletionTimestamp } = claim.metadata;
    const owner = controllerOf(claim);
    const strange = owner !== undefined && owner.uid !== set.metadata.uid && !isPod(owner, slot);
    if (strange || deletionTimestamp !== undefined) return [];
    const others = ownerReferences.filter((one) => one.uid !== set.metadata.uid && !isPod(one, slot));
    const own = withPod ? [controllerReference(slot.pod)] : withSet ? [controllerReference(set)] : [];
    const next = [...others, ...own];
    const kept = next.length === 0 ? undefined : next;
    if (equalValues(kept ?? [], ownerReferences)) return [];
    return [update(persistentVolumeClaims, { ...claim, metadata: { ...claim.metadata, ownerReferences: kept } })];
  });
}

function existing({ set, slot, lister }: SlotClaims): readonly PersistentVolumeClaim[] {
  return claimsOf(set, slot.ordinal).flatMap(({ metadata: { namespace, name } }) => {
    const claim = lister.get({ namespace, name });
    return claim === undefined ? [] : [claim];
  });
}

function isPod(owner: OwnerReference, slot: Slot): boolean {
  return owner.kind === "Pod" && owner.name === slot.pod.metadata.name;
}

function whenDeleted({ spec }: StatefulSet): string {
  return spec.persistentVolumeClaimRetentionPolicy?.whenDeleted ?? "Retain";
}

function whenScaled({ spec }: StatefulSet): string {
  return spec.persistentVolumeClaimRetentionPolicy?.whenScaled ?? "Retain";
}
