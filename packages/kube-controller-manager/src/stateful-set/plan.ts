import { equalValues, isStatus, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { type ControllerRevision, controllerRevisions, type StatefulSet, statefulSets } from "@skates/api/apps/v1";
import { type PersistentVolumeClaim, type Pod, pods } from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
} from "@skates/controller-runtime";
import { templateIn } from "../history/revision-data.ts";
import { collisionsAfter, type Historian, type History, historyCleanup, historyOf } from "../history/revisions.ts";
import { claim } from "../owner/claim.ts";
import { isNamedAfter } from "./identity.ts";
import { revisionOf, type Slot, slotsOf, type Versions } from "./slots.ts";
import { statefulSetStatus } from "./status.ts";
import { type Steps, stepsOf } from "./steps.ts";

/** What the plan of a stateful set looks at; the listers of pods and revisions have the owner indexes. */
export interface StatefulSetView {
  readonly statefulSets: Lister<StatefulSet>;
  readonly pods: Lister<Pod>;
  readonly revisions: Lister<ControllerRevision>;
  readonly claims: Lister<PersistentVolumeClaim>;
}

const HASH_LABEL = "controller.kubernetes.io/hash";
const HISTORY_DEFAULT = 10;

/** Brings the pods of a set one step towards what it wants, in order unless it says otherwise. */
export function planStatefulSet(
  view: StatefulSetView,
  key: ObjectKey,
  nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const set = view.statefulSets.get(key);
  if (set === undefined) return NOTHING;
  const selector = labelSelector(set.spec.selector);
  if (selector.empty) return NOTHING;
  const historian: Historian = {
    owner: set,
    template: set.spec.template,
    hashLabel: HASH_LABEL,
    collisions: set.status?.collisionCount ?? 0,
  };
  const collision = planCollision(view, set, { historian, failures });
  if (collision !== undefined) return collision;
  const member = (pod: Pod): boolean => isNamedAfter(set, pod);
  const claimed = claim({ owner: set, selector, resource: pods, lister: view.pods, member });
  const revisions = claim({ owner: set, selector, resource: controllerRevisions, lister: view.revisions });
  const deleted = set.metadata.deletionTimestamp !== undefined;
  const history = historyOf(historian, revisions.objects);
  const versions = versionsOf(set, history);
  const slots = slotsOf(set, claimed.objects, versions);
  const there = [...slots.replicas, ...slots.condemned].filter(({ created }) => created);
  const steps = stepsOf({ ...slots, set, claims: view.claims, updateRevision: versions.update.name, nowMs });
  const { status, nextAvailableMs } = statefulSetStatus({
    set,
    slots: there,
    versions,
    collisions: historian.collisions,
    replaced: steps.replaced,
    nowMs,
  });
  const writeStatus = equalValues(status, set.status) ? [] : [statusUpdate(statefulSets, { ...set, status })];
  const stages = deleted
    ? [writeStatus]
    : [
        [...claimed.patches, ...revisions.patches],
        history.actions,
        ...inOrder(steps, writeStatus, failureEvents(set, failures)),
        cleanup(set, there, { history, versions }),
      ];
  return {
    stages: stages.filter((stage) => stage.length > 0),
    requeueAfterMs: nextAvailableMs === undefined ? undefined : nextAvailableMs - nowMs,
  };
}

/** After a failure people are told first: what is tried next may fail again. */
function inOrder(steps: Steps, status: readonly Action[], told: readonly Action[]): readonly (readonly Action[])[] {
  return told.length === 0 ? [steps.claims, steps.pods, status] : [told, status, steps.claims, steps.pods];
}

/** What the pods were before the update, and what they are to be. */
function versionsOf(set: StatefulSet, { current: update, old }: History): Versions {
  const before = old.find(({ metadata }) => metadata.name === set.status?.currentRevision);
  const updated = { name: update.metadata.name, template: set.spec.template };
  const template = before === undefined ? undefined : templateIn(before);
  if (before === undefined || template === undefined) return { current: updated, update: updated };
  return { current: { name: before.metadata.name, template }, update: updated };
}

function cleanup(
  set: StatefulSet,
  slots: readonly Slot[],
  { history, versions }: { readonly history: History; readonly versions: Versions },
): readonly Action[] {
  const used = new Set(slots.map(revisionOf));
  const unused = history.old.filter(
    ({ metadata: { name } }) =>
      name !== versions.current.name && name !== set.status?.currentRevision && !used.has(name),
  );
  return historyCleanup(unused, set.spec.revisionHistoryLimit ?? HISTORY_DEFAULT);
}

/** The name of the new revision was taken. */
function planCollision(
  { revisions }: StatefulSetView,
  set: StatefulSet,
  { historian, failures }: { readonly historian: Historian; readonly failures: readonly ActionFailure[] },
): Plan | undefined {
  const collisionCount = collisionsAfter(historian, revisions, failures);
  if (collisionCount === undefined || collisionCount === historian.collisions) return undefined;
  const status = { ...set.status, replicas: set.status?.replicas ?? 0, collisionCount };
  return { stages: [[statusUpdate(statefulSets, { ...set, status })]] };
}

function failureEvents(set: StatefulSet, failures: readonly ActionFailure[]): readonly Action[] {
  return failures.flatMap(({ action, error }): readonly Action[] => {
    if (isStatus(error, "Conflict") || isStatus(error, "AlreadyExists")) return [];
    const about = { do: "event", about: set, type: "Warning" } as const;
    const where = `in StatefulSet ${set.metadata.name} failed error: ${error.message}`;
    if (action.do === "create" && action.resource.kind === "Pod") {
      return [{ ...about, reason: "FailedCreate", message: `Create Pod ${action.object.metadata.name} ${where}` }];
    }
    if (action.do === "create" && action.resource.kind === "PersistentVolumeClaim") {
      const { name } = action.object.metadata;
      const pod = name.slice(name.lastIndexOf(`-${set.metadata.name}-`) + 1);
      const why = `failed to create PVC ${name}: ${error.message}`;
      return [
        { ...about, reason: "FailedCreate", message: `Create Claim ${name} for Pod ${pod} ${where}` },
        {
          ...about,
          reason: "FailedCreate",
          message: `Create Pod ${pod} in StatefulSet ${set.metadata.name} failed error: ${why}`,
        },
      ];
    }
    if (action.do === "delete" && action.resource.kind === "Pod") {
      return [{ ...about, reason: "FailedDelete", message: `Delete Pod ${action.key.name} ${where}` }];
    }
    return [];
  });
}
