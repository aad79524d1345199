import { equalValues, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { type ReplicaSet, type ReplicaSetStatus, replicaSets } from "@skates/api/apps/v1";
import { type Pod, pods } from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  creation,
  deletion,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
  controllerOf,
} from "@skates/controller-runtime";
import { claim } from "../owner/claim.ts";
import { newPod } from "../pod/new-pod.ts";
import { podActive, podEnded } from "../pod/pod-state.ts";
import { inDeletionOrder } from "./delete-order.ts";
import { replicaSetStatus, type StatusInput } from "./status.ts";

/** What the plan of a replica set looks at; both listers have the owner indexes. */
export interface ReplicaSetView {
  readonly replicaSets: Lister<ReplicaSet>;
  readonly pods: Lister<Pod>;
}

/** So many pods are made or deleted at most by one plan. */
const BURST = 500;

/** Brings the number of a set's pods to what it wants, and its status to what there is. */
export function planReplicaSet(
  view: ReplicaSetView,
  key: ObjectKey,
  nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const set = view.replicaSets.get(key);
  if (set === undefined) return NOTHING;
  const writeStatus = (status: ReplicaSetStatus): readonly Action[] =>
    equalValues(status, set.status) ? [] : [statusUpdate(replicaSets, { ...set, status })];
  return planReplicas({ set, pods: view.pods, related: () => relatedPods(view, set), writeStatus }, nowMs, failures);
}

/** Something that keeps a number of pods, as a replica set or in its form. */
export interface Replicas {
  /** Its `apiVersion` and `kind` are those of the owner that pods and events name. */
  readonly set: ReplicaSet;
  /** With the owner indexes. */
  readonly pods: Lister<Pod>;
  /** Pods that do the same work; of those that stand together on a node one is given up first. */
  related(): readonly Pod[];
  /** What it takes to make this the status. */
  writeStatus(status: ReplicaSetStatus): readonly Action[];
}

/** Brings the number of pods to what is wanted, and the status to what there is. */
export function planReplicas(replicas: Replicas, nowMs: number, failures: readonly ActionFailure[]): Plan {
  const { set } = replicas;
  const selector = labelSelector(set.spec.selector);
  const claimed = claim({ owner: set, selector, resource: pods, lister: replicas.pods, adoptable: podActive });
  const active = claimed.objects.filter(podActive);
  const terminating = claimed.objects.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !podEnded(pod));
  const failure = failureOf(failures);
  const { status, nextAvailableMs } = replicaSetStatus({
    set,
    active,
    terminating: terminating.length,
    failure,
    nowMs,
  });
  const scaling = set.metadata.deletionTimestamp === undefined ? scale(replicas, active, nowMs) : [];
  const writeStatus = replicas.writeStatus(status);
  const told = failures.flatMap((one) => eventOf(set, one));
  // After a failure people are told first: what is tried next may fail again.
  const stages =
    failure === undefined ? [claimed.patches, scaling, writeStatus] : [told, writeStatus, claimed.patches, scaling];
  return {
    stages: stages.filter((stage) => stage.length > 0),
    requeueAfterMs: nextAvailableMs === undefined ? undefined : nextAvailableMs - nowMs,
  };
}

function scale({ set, related }: Replicas, active: readonly Pod[], nowMs: number): readonly Action[] {
  const missing = (set.spec.replicas ?? 1) - active.length;
  if (missing > 0) return Array.from({ length: Math.min(missing, BURST) }, () => createPod(set));
  const surplus = Math.min(-missing, BURST);
  if (surplus === 0) return [];
  const ordered = surplus < active.length ? inDeletionOrder(active, related(), nowMs) : active;
  return ordered.slice(0, surplus).map((pod) => deletePod(set, pod));
}

function createPod(set: ReplicaSet): Action {
  const announce = { about: set, type: "Normal", reason: "SuccessfulCreate", message: "Created pod: {name}" } as const;
  return creation(pods, newPod(set, set.spec.template ?? {}), announce);
}

function deletePod(set: ReplicaSet, pod: Pod): Action {
  const announce = { about: set, type: "Normal", reason: "SuccessfulDelete", message: "Deleted pod: {name}" } as const;
  return deletion(pods, pod, { announce });
}

/** The pods of all replica sets that have the same manager. */
function relatedPods(view: ReplicaSetView, set: ReplicaSet): readonly Pod[] {
  const owner = controllerOf(set);
  const sets = owner === undefined ? [set] : view.replicaSets.by("controller", owner.uid);
  return sets.flatMap(({ metadata: { uid = "" } }) => view.pods.by("controller", uid));
}

function failureOf(failures: readonly ActionFailure[]): StatusInput["failure"] {
  for (const { action, error } of failures) {
    if (action.do === "create") return { reason: "FailedCreate", message: error.message };
    if (action.do === "delete") return { reason: "FailedDelete", message: error.message };
  }
  return undefined;
}

function eventOf(set: ReplicaSet, { action, error }: ActionFailure): readonly Action[] {
  const about = { do: "event", about: set, type: "Warning" } as const;
  if (action.do === "create")
    return [{ ...about, reason: "FailedCreate", message: `Error creating: ${error.message}` }];
  if (action.do === "delete")
    return [{ ...about, reason: "FailedDelete", message: `Error deleting: ${error.message}` }];
  return [];
}
