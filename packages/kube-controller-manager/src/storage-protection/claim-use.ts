import { type PersistentVolumeClaim, type Pod, podClaims } from "@skates/api/core/v1";
import { controls, hasFinalizer } from "@skates/controller-runtime";

export const CLAIM_FINALIZER = "kubernetes.io/pvc-protection";

/** What is to be done about a claim: it is given its protection, or may lose it when the server, too, knows no user. */
export type ClaimStep = "nothing" | "protect" | "ask";

/** The next step, as far as the pods that are seen tell; `pods` are those that name the claim. */
export function claimStep(claim: PersistentVolumeClaim, pods: readonly Pod[]): ClaimStep {
  const guarded = hasFinalizer(claim, CLAIM_FINALIZER);
  // Admission gives it to new ones; where that was off, it is made up for.
  if (claim.metadata.deletionTimestamp === undefined) return guarded ? "nothing" : "protect";
  return guarded && !pods.some((pod) => usesClaim(pod, claim)) ? "ask" : "nothing";
}

/**
 * Whether a pod keeps a claim. One without a node does not: no kubelet starts a pod whose claim is being deleted. Nor does a pod keep the
 * claim that was made for it once nothing of it runs any more: it may wait for that very claim to go.
 */
export function usesClaim(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if ((pod.spec.nodeName ?? "") === "") return false;
  return podClaims(pod).some(
    ({ name, own }) => name === claim.metadata.name && (!own || (controls(pod, claim) && !isShutDown(pod))),
  );
}

/** The kubelet is done with it, or somebody has deleted it by force. */
export function isShutDown({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
}
