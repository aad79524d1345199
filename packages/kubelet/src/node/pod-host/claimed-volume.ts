import {
  nodeSelectorMatches,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type PodClaim,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import { OperatingError } from "@skates/component-base";
import { controls } from "@skates/controller-runtime";
import type { References } from "../../references.ts";

export interface ClaimedVolume {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume;
}

/**
 * The volume that a claim of a pod is bound to, once it can be mounted here. Throws `ClaimNotReady` with upstream's words while the
 * claim or its volume is not there, not bound, or not for this pod or node.
 */
export async function claimedVolume(
  pod: Pod,
  wanted: PodClaim,
  references: References,
  signal: AbortSignal,
): Promise<ClaimedVolume> {
  const { namespace = "" } = pod.metadata;
  const problem = (why: string): OperatingError => {
    const [volume, claim] = [wanted.volume, `${namespace}/${wanted.name}`];
    const about = `unmounted volumes=[${volume}], unattached volumes=[], failed to process volumes=[${volume}]`;
    return new OperatingError(
      "ClaimNotReady",
      `Unable to attach or mount volumes: ${about}: error processing PVC ${claim}: ${why}`,
    );
  };
  const claim = await references.claim(namespace, wanted.name, signal);
  if (claim === undefined)
    throw problem(
      `failed to fetch PVC from API server: persistentvolumeclaims ${JSON.stringify(wanted.name)} not found`,
    );
  const reason = claimProblem(pod, claim, wanted);
  if (reason !== undefined) throw problem(reason);
  const volumeName = claim.spec.volumeName ?? "";
  const volume = await references.volume(volumeName, signal);
  const name = JSON.stringify(volumeName);
  if (volume === undefined)
    throw problem(`failed to fetch PV ${volumeName} from API server: persistentvolumes ${name} not found`);
  const { claimRef } = volume.spec;
  if (claimRef === undefined) {
    const why = "it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim";
    throw problem(`found PV object ${volumeName} but ${why}`);
  }
  if (claimRef.uid !== claim.metadata.uid) {
    const why = `its pv.Spec.ClaimRef.UID ${claimRef.uid ?? ""} does not point to claim.UID ${claim.metadata.uid ?? ""}`;
    throw problem(`found PV object ${volumeName} but ${why}`);
  }
  const required = volume.spec.nodeAffinity?.required;
  if (required === undefined) return { claim, volume };
  const node = await references.ownNode(signal);
  if (node === undefined || !nodeSelectorMatches(required, node)) {
    const message = `MountVolume.NodeAffinity check failed for volume ${name} : no matching NodeSelectorTerms`;
    throw new OperatingError("ClaimNotReady", message);
  }
  return { claim, volume };
}

function claimProblem(pod: Pod, claim: PersistentVolumeClaim, { own }: PodClaim): string | undefined {
  const { metadata, spec } = claim;
  if (own && !controls(pod, claim)) return "PVC was not created for pod (pod is not owner)";
  if (metadata.deletionTimestamp !== undefined) return "PVC is being deleted";
  const bound = metadata.annotations?.[VOLUME_ANNOTATIONS.bindCompleted] !== undefined;
  return bound && (spec.volumeName ?? "") !== "" ? undefined : "PVC is not bound";
}
