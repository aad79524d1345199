import type { ObjectKey } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import { type ResourceClaim, type ResourceClaimConsumerReference, resourceClaims } from "@skates/api/resource/v1";
import {
  controllerOf,
  deletion,
  hasFinalizer,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
  update,
  withoutFinalizer,
} from "@skates/controller-runtime";
import { podEnded } from "../pod/pod-state.ts";

/** What the plan of a claim looks at. */
export interface ClaimView {
  readonly pods: Lister<Pod>;
  readonly claims: Lister<ResourceClaim>;
}

/** Keeps a claim with devices until these are given back. */
const FINALIZER = "resource.kubernetes.io/delete-protection";

/** Takes a claim from pods that are done with it, gives back the devices of one that nobody uses, and deletes it with its pod. */
export function planClaim(view: ClaimView, key: ObjectKey): Plan {
  const claim = view.claims.get(key);
  if (claim === undefined) return NOTHING;
  const users = claim.status?.reservedFor ?? [];
  const left = users.filter((user) => mayUse(view, claim, user));
  const changed = left.length < users.length;
  const idle = left.length === 0;
  const deleted = claim.metadata.deletionTimestamp !== undefined;
  const guarded = hasFinalizer(claim, FINALIZER);
  // Devices of a claim that was never used stay: the scheduler has just given them.
  const giveBack = guarded && idle && (changed || deleted);
  const { allocation, reservedFor: _users, ...status } = claim.status ?? {};
  if (changed || (giveBack && allocation !== undefined)) {
    const kept = giveBack || allocation === undefined ? status : { ...status, allocation };
    const next = idle ? kept : { ...kept, reservedFor: left };
    return { stages: [[statusUpdate(resourceClaims, { ...claim, status: next })]] };
  }
  // Only of one that is deleted: the scheduler sets it a moment before it writes the devices.
  if (giveBack) return { stages: [[update(resourceClaims, withoutFinalizer(claim, FINALIZER))]] };
  return idle && !deleted && isLeftOver(view, claim) ? { stages: [[deletion(resourceClaims, claim)]] } : NOTHING;
}

/** Index `user` of claims: the uids of those who may use one. */
export function userUids({ status }: ResourceClaim): readonly string[] {
  return (status?.reservedFor ?? []).map(({ uid }) => uid);
}

/** Users of other kinds look after themselves. */
function mayUse({ pods }: ClaimView, claim: ResourceClaim, { apiGroup = "", resource, name, uid }: User): boolean {
  if (apiGroup !== "" || resource !== "pods") return true;
  const pod = pods.get({ namespace: claim.metadata.namespace, name });
  return pod !== undefined && pod.metadata.uid === uid && !isDone(pod);
}

type User = ResourceClaimConsumerReference;

/** Made for a pod that is done, or gone. */
function isLeftOver({ pods }: ClaimView, claim: ResourceClaim): boolean {
  const owner = controllerOf(claim);
  if (owner?.kind !== "Pod" || owner.apiVersion !== "v1") return false;
  const pod = pods.get({ namespace: claim.metadata.namespace, name: owner.name });
  return pod === undefined || pod.metadata.uid !== owner.uid || isDone(pod);
}

/** Will not run any more: it has ended, or is deleted before it had a node. */
function isDone(pod: Pod): boolean {
  return podEnded(pod) || (pod.metadata.deletionTimestamp !== undefined && pod.spec.nodeName === undefined);
}
