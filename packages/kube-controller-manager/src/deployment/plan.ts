import { equalValues, isStatus, labelSelector, type ObjectKey } from "@skates/apimachinery";
import {
  type Deployment,
  type DeploymentCondition,
  type DeploymentStatus,
  deployments,
  type ReplicaSet,
  replicaSets,
} from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  controllerOf,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
} from "@skates/controller-runtime";
import { conditionOf, withCondition } from "../condition.ts";
import { claim } from "../owner/claim.ts";
import { DESIRED_REPLICAS, numberIn, REVISION, ROLLBACK_TO } from "./annotations.ts";
import { cleanHistory } from "./history.ts";
import { ensureNewest, newSetName } from "./new-set.ts";
import { rollBack } from "./roll-back.ts";
import { Rollout } from "./rollout.ts";
import { recreate, rollingUpdate, rescale } from "./strategies.ts";
import {
  type ConditionText,
  complete,
  countedStatus,
  msToDeadline,
  newCondition,
  progressDeadline,
  rolloutStatus,
} from "./status.ts";
import { sameTemplate } from "./template-hash.ts";

/** What the plan of a deployment looks at; the listers of sets and pods have the owner indexes. */
export interface DeploymentView {
  readonly deployments: Lister<Deployment>;
  readonly replicaSets: Lister<ReplicaSet>;
  readonly pods: Lister<Pod>;
}

/** Moves a deployment's replica sets one step towards its template and size, and tells how far they are. */
export function planDeployment(
  view: DeploymentView,
  key: ObjectKey,
  nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const deployment = view.deployments.get(key);
  if (deployment === undefined) return NOTHING;
  const selector = labelSelector(deployment.spec.selector);
  if (selector.empty) return refuseEmptySelector(deployment);
  const collision = planCollision(view, deployment, failures);
  if (collision !== undefined) return collision;
  const claimed = claim({ owner: deployment, selector, resource: replicaSets, lister: view.replicaSets });
  const rollout = new Rollout(deployment, claimed.objects);
  const settled = deployment.metadata.deletionTimestamp === undefined && deployment.spec.paused !== true;
  const back = settled ? rollBack(rollout) : undefined;
  if (back !== undefined) return back;
  const conditions = pauseConditions(deployment, nowMs);
  const failed = createFailure(deployment, failures);
  const step = takeStep(view, rollout, { conditions, failed, nowMs });
  const writes = statusWrites(deployment, step);
  const stages =
    failed === undefined
      ? [claimed.patches, ...rollout.stages(), writes]
      : [failed.events, writes, claimed.patches, ...rollout.stages()];
  return {
    stages: stages.filter((stage) => stage.length > 0),
    requeueAfterMs: msToDeadline(deployment, step.status, nowMs),
  };
}

/** What a step makes of the deployment itself. */
interface Step {
  readonly status: DeploymentStatus;
  readonly revision: bigint | undefined;
}

interface StepInput {
  readonly conditions: readonly DeploymentCondition[];
  readonly failed: CreateFailure | undefined;
  readonly nowMs: number;
}

function takeStep(view: DeploymentView, rollout: Rollout, { conditions, failed, nowMs }: StepInput): Step {
  const { deployment } = rollout;
  if (deployment.metadata.deletionTimestamp !== undefined) {
    return { status: countedStatus(rollout, conditions, nowMs), revision: undefined };
  }
  if (deployment.spec.paused === true || scaled(rollout)) {
    const revision = ensureNewest(rollout, false);
    rescale(rollout);
    // A wish to go back may need any of them.
    const waiting = numberIn(deployment, ROLLBACK_TO) !== undefined;
    if (deployment.spec.paused === true && !waiting) cleanHistory(rollout);
    return { status: countedStatus(rollout, conditions, nowMs), revision };
  }
  const revision =
    deployment.spec.strategy?.type === "Recreate" ? recreate(rollout, view.pods) : rollingUpdate(rollout);
  if (complete(deployment, deployment.status ?? {})) cleanHistory(rollout);
  if (failed !== undefined) {
    const limited = progressDeadline(deployment) !== undefined;
    const told = limited ? withFailure(failed, { conditions, nowMs }) : conditions;
    return { status: { ...deployment.status, conditions: told }, revision: undefined };
  }
  const before = { ...deployment.status, conditions: tellNewest(rollout, conditions, nowMs) };
  return { status: rolloutStatus(rollout, before, nowMs), revision };
}

/** True if the deployment's size differs from that which its sets were part of. */
function scaled(rollout: Rollout): boolean {
  const desired = rollout.deployment.spec.replicas ?? 1;
  return rollout.all().some((set) => {
    const known = numberIn(set, DESIRED_REPLICAS);
    return (set.spec.replicas ?? 1) > 0 && known !== undefined && known !== desired;
  });
}

/** Says that the newest set was made or found. */
function tellNewest(
  rollout: Rollout,
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): readonly DeploymentCondition[] {
  const newest = rollout.newest();
  if (newest === undefined || progressDeadline(rollout.deployment) === undefined) return conditions;
  const name = JSON.stringify(newest.metadata.name);
  if (rollout.creating()) {
    const message = `Created new replica set ${name}`;
    return withCondition(conditions, newCondition(progressText("True", "NewReplicaSetCreated", message), nowMs));
  }
  if (conditionOf(conditions, "Progressing") !== undefined) return conditions;
  const text = progressText("True", "FoundNewReplicaSet", `Found new replica set ${name}`);
  return withCondition(conditions, newCondition(text, nowMs));
}

function progressText(status: ConditionText["status"], reason: string, message: string): ConditionText {
  return { type: "Progressing", status, reason, message };
}

/** Time that a rollout is paused does not count against its deadline. */
function pauseConditions(deployment: Deployment, nowMs: number): readonly DeploymentCondition[] {
  const conditions = deployment.status?.conditions ?? [];
  if (progressDeadline(deployment) === undefined) return conditions;
  const current = conditionOf(conditions, "Progressing");
  if (current?.reason === "ProgressDeadlineExceeded") return conditions;
  const told = current?.reason === "DeploymentPaused";
  if (deployment.spec.paused === true && !told) {
    const text = progressText("Unknown", "DeploymentPaused", "Deployment is paused");
    return withCondition(conditions, newCondition(text, nowMs));
  }
  if (deployment.spec.paused !== true && told) {
    const text = progressText("Unknown", "DeploymentResumed", "Deployment is resumed");
    return withCondition(conditions, newCondition(text, nowMs));
  }
  return conditions;
}

function statusWrites(deployment: Deployment, { status, revision }: Step): readonly Action[] {
  const annotations =
    revision === undefined
      ? deployment.metadata.annotations
      : { ...deployment.metadata.annotations, [REVISION]: String(revision) };
  const sameRevision = equalValues(annotations, deployment.metadata.annotations);
  if (sameRevision && equalValues(status, deployment.status)) return [];
  return [statusUpdate(deployments, { ...deployment, metadata: { ...deployment.metadata, annotations }, status })];
}

function refuseEmptySelector(deployment: Deployment): Plan {
  const observedGeneration = deployment.metadata.generation;
  if (deployment.status?.observedGeneration === observedGeneration) return NOTHING;
  const message = "This deployment is selecting all pods. A non-empty selector is required.";
  const write = statusUpdate(deployments, { ...deployment, status: { ...deployment.status, observedGeneration } });
  return { stages: [[{ do: "event", about: deployment, type: "Warning", reason: "SelectingAll", message }, write]] };
}

/** Another set has the name that ours would get: the next plan makes another name. */
function planCollision(
  view: DeploymentView,
  deployment: Deployment,
  failures: readonly ActionFailure[],
): Plan | undefined {
  const taken = failures.some(({ action, error }) => action.do === "create" && isStatus(error, "AlreadyExists"));
  if (!taken) return undefined;
  const { namespace, uid } = deployment.metadata;
  const other = view.replicaSets.get({ namespace, name: newSetName(deployment) });
  if (other === undefined) return { stages: [], requeueAfterMs: 1000 }; // not seen yet
  // Ours after all: its creation was answered late, or the answer was lost.
  const ours = controllerOf(other)?.uid === uid && sameTemplate(other.spec.template, deployment.spec.template);
  if (ours) return undefined;
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  return { stages: [[statusUpdate(deployments, { ...deployment, status: { ...deployment.status, collisionCount } })]] };
}

interface CreateFailure {
  readonly message: string;
  readonly events: readonly Action[];
}

function createFailure(deployment: Deployment, failures: readonly ActionFailure[]): CreateFailure | undefined {
  const failure = failures.find(({ action }) => action.do === "create");
  if (failure === undefined || failure.action.do !== "create") return undefined;
  const name = JSON.stringify(failure.action.object.metadata.name);
  const message = `Failed to create new replica set ${name}: ${failure.error.message}`;
  return {
    message,
    events: [{ do: "event", about: deployment, type: "Warning", reason: "ReplicaSetCreateError", message }],
  };
}

function withFailure(
  { message }: CreateFailure,
  { conditions, nowMs }: Pick<StepInput, "conditions" | "nowMs">,
): readonly DeploymentCondition[] {
  const condition = newCondition(progressText("False", "ReplicaSetCreateError", message), nowMs);
  return withCondition(conditions, condition);
}
