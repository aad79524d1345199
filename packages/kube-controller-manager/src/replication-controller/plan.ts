import { equalValues, type ObjectKey } from "@skates/apimachinery";
import type { ReplicaSet, ReplicaSetStatus } from "@skates/api/apps/v1";
import {
  type Pod,
  type ReplicationController,
  type ReplicationControllerStatus,
  replicationControllers,
} from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
} from "@skates/controller-runtime";
import { planReplicas } from "../replica-set/plan.ts";

/** What the plan of a replication controller looks at; the lister of pods has the owner indexes. */
export interface ReplicationControllerView {
  readonly controllers: Lister<ReplicationController>;
  readonly pods: Lister<Pod>;
}

/** Brings the number of pods to what is wanted: a replication controller is a replica set with a simpler selector. */
export function planReplicationController(
  view: ReplicationControllerView,
  key: ObjectKey,
  nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const controller = view.controllers.get(key);
  // The server takes none without a selector; an empty one would mean all pods.
  if (controller === undefined || Object.keys(controller.spec.selector ?? {}).length === 0) return NOTHING;
  const { pods } = view;
  const related = (): readonly Pod[] => pods.by("controller", controller.metadata.uid ?? "");
  const writeStatus = (next: ReplicaSetStatus): readonly Action[] => {
    const status = statusOf(next);
    const { status: before } = controller;
    return equalValues(status, before) ? [] : [statusUpdate(replicationControllers, { ...controller, status })];
  };
  return planReplicas({ set: asReplicaSet(controller), pods, related, writeStatus }, nowMs, failures);
}

function asReplicaSet({ apiVersion, kind, metadata, spec, status }: ReplicationController): ReplicaSet {
  const { selector, replicas, template, minReadySeconds } = spec;
  return {
    apiVersion,
    kind,
    metadata,
    spec: { replicas, minReadySeconds, template, selector: { matchLabels: selector } },
    status,
  };
}

/** Replication controllers do not count pods that are going. */
function statusOf({ terminatingReplicas: _terminating, ...status }: ReplicaSetStatus): ReplicationControllerStatus {
  return status;
}
