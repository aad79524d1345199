import {
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  storageClassNameOf,
  storageRequestOf,
  VOLUME_ANNOTATIONS,
} from "@skates/api/core/v1";
import { valueOf } from "../snapshot/resources.ts";
import { matchVolume, reaches } from "./match-volume.ts";
import { provisioningProblem } from "./provisioning.ts";
import { claimKey, type Volumes } from "./volumes.ts";

/** What is to be done about the volumes of a pod if it comes to a node. */
export interface VolumePlan {
  readonly bindings: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume }[];
  /** Claims for which a volume is to be made. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** Why a pod's volumes do not go with a node. */
export type VolumeProblem = "missing" | "none" | "space" | "unreachable";

/** The claims of a pod by their state. */
export interface PodClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** To be bound once a node is chosen. */
  readonly delayed: readonly PersistentVolumeClaim[];
}

/** What others are about to have: volumes by name, and the nodes for which volumes are being made. */
export interface Promises {
  /** By volume, the claim that it is to be bound to. */
  readonly claimOf: ReadonlyMap<string, string>;
  /** By claim. */
  readonly nodeOf: ReadonlyMap<string, string>;
}

/** The node for which a volume is being made for the claim. */
function selectedNode(claim: PersistentVolumeClaim, promises: Promises): string | undefined {
  return promises.nodeOf.get(claimKey(claim)) ?? claim.metadata.annotations?.[VOLUME_ANNOTATIONS.selectedNode];
}

/** What is to be done on this node, or all that speaks against it. */
export function planVolumes(
  { bound, delayed }: PodClaims,
  { node, volumes, promises }: { readonly node: Node; readonly volumes: Volumes; readonly promises: Promises },
): VolumePlan | { readonly problems: readonly VolumeProblem[] } {
  const problems = new Set<VolumeProblem>();
  for (const claim of bound) {
    const volume = volumes.volume(claim.spec?.volumeName ?? "");
    if (volume === undefined) problems.add("missing");
    else if (!reaches(node, volume)) problems.add("unreachable");
  }
  const bindings: VolumePlan["bindings"][number][] = [];
  const provisions: PersistentVolumeClaim[] = [];
  const chosen = new Set<string>();
  // The smallest first, so that they do not take the large volumes.
  for (const claim of delayed.toSorted((a, b) => valueOf(storageRequestOf(a)) - valueOf(storageRequestOf(b)))) {
    const selected = selectedNode(claim, promises);
    if (selected !== undefined && selected !== "") {
      if (selected === node.metadata.name) provisions.push(claim);
      else problems.add("none");
      continue;
    }
    const taken = (name: string): boolean => {
      const other = promises.claimOf.get(name);
      return chosen.has(name) || (other !== undefined && other !== claimKey(claim));
    };
    const volume = matchVolume(claim, { node, volumes: volumes.volumesOf(storageClassNameOf(claim)), taken });
    if (volume !== undefined) {
      chosen.add(volume.metadata.name);
      bindings.push({ claim, volume });
      continue;
    }
    const problem = provisioningProblem(claim, node, volumes);
    if (problem === undefined) provisions.push(claim);
    else problems.add(problem);
  }
  return problems.size > 0 ? { problems: [...problems] } : { bindings, provisions };
}
