import { builtinResources } from "@skates/api";
import type { Deployment, ReplicaSet, StatefulSet } from "@skates/api/apps/v1";
import type { Pod, ReplicationController } from "@skates/api/core/v1";
import type { OwnerReference } from "@skates/apimachinery";
import { type Lister, controllerOf } from "@skates/controller-runtime";
import type { OtherScales, Scale } from "./other-scales.ts";

/** What can say how many pods there should be. */
export interface Scales {
  readonly deployments: Lister<Deployment>;
  readonly replicaSets: Lister<ReplicaSet>;
  readonly statefulSets: Lister<StatefulSet>;
  readonly replicationControllers: Lister<ReplicationController>;
  /** Of kinds that are not the cluster's own. */
  readonly others: OtherScales;
}

/** How many pods the managers of these pods want in all. */
export interface Expected {
  readonly count: number;
  /** Pods that nobody manages, which cannot be counted in. */
  readonly unmanaged: readonly Pod[];
  /** Why there is no count. */
  readonly problem?: string | undefined;
  /** The server is still being asked. */
  readonly waiting?: boolean | undefined;
}

/** Adds up what is wanted by the managers of the pods, each once. */
export function expectedPods(scales: Scales, pods: readonly Pod[], nowMs: number): Expected {
  const wanted = new Map<string, number>();
  const unmanaged: Pod[] = [];
  let waiting = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      unmanaged.push(pod);
      continue;
    }
    const scale = scaleOf(scales, { owner, pod }, nowMs);
    if (scale === "waiting") {
      waiting = true;
      continue;
    }
    if (scale.problem !== undefined) return { count: 0, unmanaged: [], problem: scale.problem };
    wanted.set(scale.uid, scale.replicas);
  }
  if (waiting) return { count: 0, unmanaged: [], waiting };
  return { count: [...wanted.values()].reduce((sum, count) => sum + count, 0), unmanaged };
}

interface Owned {
  readonly owner: OwnerReference;
  readonly pod: Pod;
}

function scaleOf(scales: Scales, { owner, pod }: Owned, nowMs: number): Scale | "waiting" {
  const key = { namespace: pod.metadata.namespace, name: owner.name };
  const missing = { problem: `found no controllers for pod ${JSON.stringify(pod.metadata.name)}` };
  const group = owner.apiVersion.includes("/") ? owner.apiVersion.slice(0, owner.apiVersion.indexOf("/")) : "";
  switch (`${group}/${owner.kind}`) {
    case "apps/ReplicaSet":
      return setScale(scales, owner, key) ?? missing;
    case "apps/StatefulSet":
      return replicasOf(scales.statefulSets.get(key), owner) ?? missing;
    case "/ReplicationController":
      return replicasOf(scales.replicationControllers.get(key), owner) ?? missing;
    default: {
      const resource = builtinResources.find((one) => one.group === group && one.kind === owner.kind);
      if (resource === undefined) return scales.others.scaleOf(owner, key.namespace ?? "", nowMs) ?? missing;
      const name = group === "" ? resource.plural : `${resource.plural}.${group}`;
      return { problem: `${name} does not implement the scale subresource` };
    }
  }
}

/** A set that a deployment manages counts as that deployment. */
function setScale(
  { replicaSets, deployments }: Scales,
  owner: OwnerReference,
  key: { readonly namespace?: string | undefined; readonly name: string },
): Scale | undefined {
  const set = replicaSets.get(key);
  if (set === undefined || set.metadata.uid !== owner.uid) return undefined;
  const manager = controllerOf(set);
  if (manager?.kind !== "Deployment") return replicasOf(set, owner);
  return replicasOf(deployments.get({ namespace: key.namespace, name: manager.name }), manager);
}

function replicasOf(
  object: Deployment | ReplicaSet | StatefulSet | ReplicationController | undefined,
  owner: OwnerReference,
): Scale | undefined {
  if (object === undefined || object.metadata.uid !== owner.uid) return undefined;
  return { uid: owner.uid, replicas: object.spec.replicas ?? 1 };
}
