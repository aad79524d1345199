import { equalValues, labelSelector, type ObjectKey } from "@skates/apimachinery";
import { type ControllerRevision, controllerRevisions, type DaemonSet, daemonSets } from "@skates/api/apps/v1";
import { type Node, type Pod, pods } from "@skates/api/core/v1";
import {
  type Action,
  type ActionFailure,
  creation,
  deletion,
  type Lister,
  NOTHING,
  type Plan,
  statusUpdate,
} from "@skates/controller-runtime";
import {
  collisionsAfter,
  duplicatesOf,
  type Historian,
  type History,
  historyCleanup,
  historyOf,
} from "../history/revisions.ts";
import { claim } from "../owner/claim.ts";
import { type Change, nodeScenes, type Scene } from "./change.ts";
import { newDaemonPod, podsByNode, REVISION_HASH } from "./daemon-pod.ts";
import type { FailedPods } from "./failed-pods.ts";
import { manage } from "./manage.ts";
import { mergeRevisions } from "./merge-revisions.ts";
import { rollingUpdate } from "./rolling-update.ts";
import { daemonSetStatus } from "./status.ts";

/** What the plan of a daemon set looks at; the listers of pods and revisions have the owner indexes. */
export interface DaemonSetView {
  readonly daemonSets: Lister<DaemonSet>;
  readonly nodes: Lister<Node>;
  readonly pods: Lister<Pod>;
  readonly revisions: Lister<ControllerRevision>;
  readonly failedPods: FailedPods;
}

/** So many pods are made, and so many deleted, at most by one plan. */
const BURST = 250;
const HISTORY_DEFAULT = 10;

/** Brings a pod to each node that should have one, and replaces those of earlier templates step by step. */
export function planDaemonSet(
  view: DaemonSetView,
  key: ObjectKey,
  nowMs: number,
  failures: readonly ActionFailure[],
): Plan {
  const set = view.daemonSets.get(key);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) return NOTHING;
  const selector = labelSelector(set.spec.selector);
  if (selector.empty) {
    const message = "This daemon set is selecting all pods. A non-empty selector is required.";
    return { stages: [[{ do: "event", about: set, type: "Warning", reason: "SelectingAll", message }]] };
  }
  const { template } = set.spec;
  const collisions = set.status?.collisionCount ?? 0;
  const historian: Historian = { owner: set, template, hashLabel: REVISION_HASH, collisions };
  const collision = planCollision(view, set, { historian, failures });
  if (collision !== undefined) return collision;
  const claimed = claim({ owner: set, selector, resource: pods, lister: view.pods });
  const revisions = claim({ owner: set, selector, resource: controllerRevisions, lister: view.revisions });
  const history = historyOf(historian, revisions.objects);
  const duplicates = duplicatesOf(historian, history);
  if (duplicates.length > 0) {
    const merging = mergeRevisions(history.current, duplicates, claimed.objects);
    const stages = [[...claimed.patches, ...revisions.patches], history.actions, ...merging];
    return { stages: stages.filter((stage) => stage.length > 0) };
  }
  const scene = sceneOf(view, { set, history, pods: claimed.objects }, nowMs);
  const change = changeOf(scene);
  const { status, nextAvailableMs } = daemonSetStatus(scene);
  const writeStatus = equalValues(status, set.status) ? [] : [statusUpdate(daemonSets, { ...set, status })];
  const work = actionsOf(scene, change);
  const told = failures.flatMap((failure) => failureEvent(set, failure));
  const stages = [
    [...claimed.patches, ...revisions.patches],
    history.actions,
    // After a failure people are told first: what is tried next may fail again.
    ...(told.length === 0 ? [work, writeStatus] : [told, writeStatus, work]),
    cleanup(set, claimed.objects, history),
  ];
  const againAtMs = Math.min(...[nextAvailableMs, change.againAtMs].filter((atMs) => atMs !== undefined));
  return {
    stages: stages.filter((stage) => stage.length > 0),
    requeueAfterMs: againAtMs === Number.POSITIVE_INFINITY ? undefined : Math.max(againAtMs - nowMs, 0),
  };
}

interface Found {
  readonly set: DaemonSet;
  readonly history: History;
  readonly pods: readonly Pod[];
}

function sceneOf(view: DaemonSetView, { set, history, pods: own }: Found, nowMs: number): Scene {
  const byNode = podsByNode(own);
  const nodes = view.nodes.list();
  const names = new Set(nodes.map((node) => node.metadata.name));
  return {
    set,
    hash: history.current.metadata.labels?.[REVISION_HASH] ?? "",
    nodes: nodeScenes(set, nodes, byNode),
    // Those that were bound are seen to by the garbage collector of pods.
    stranded: [...byNode]
      .filter(([name]) => !names.has(name))
      .flatMap(([, stray]) => stray)
      .filter((pod) => pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined),
    nowMs,
    replaceableAtMs: (node, pod) => view.failedPods(set, node, { pod, nowMs }),
  };
}

/** An update goes on only when there is nothing else to do. */
function changeOf(scene: Scene): Change {
  const managed = manage(scene);
  const { type = "RollingUpdate" } = scene.set.spec.updateStrategy ?? {};
  if (managed.create.length > 0 || managed.delete.length > 0 || type !== "RollingUpdate") return managed;
  return { ...rollingUpdate(scene), againAtMs: managed.againAtMs };
}

function actionsOf({ set, hash }: Scene, change: Change): readonly Action[] {
  const announce = (reason: string, message: string) => ({ about: set, type: "Normal", reason, message }) as const;
  const made = announce("SuccessfulCreate", "Created pod: {name}");
  const gone = announce("SuccessfulDelete", "Deleted pod: {name}");
  return [
    ...change.events,
    ...change.create.slice(0, BURST).map((node) => creation(pods, newDaemonPod(set, node, hash), made)),
    ...change.delete.slice(0, BURST).map((pod) => deletion(pods, pod, { announce: gone })),
  ];
}

/** Revisions that pods have are kept, but count. */
function cleanup({ spec }: DaemonSet, own: readonly Pod[], { old }: History): readonly Action[] {
  const used = new Set(own.map((pod) => pod.metadata.labels?.[REVISION_HASH]));
  const unused = old.filter(({ metadata: { labels } }) => !used.has(labels?.[REVISION_HASH]));
  const surplus = Math.max(old.length - (spec.revisionHistoryLimit ?? HISTORY_DEFAULT), 0);
  return historyCleanup(unused, unused.length - surplus);
}

/** The name of the new revision was taken. */
function planCollision(
  { revisions }: DaemonSetView,
  set: DaemonSet,
  { historian, failures }: { readonly historian: Historian; readonly failures: readonly ActionFailure[] },
): Plan | undefined {
  const collisionCount = collisionsAfter(historian, revisions, failures);
  if (collisionCount === undefined || collisionCount === historian.collisions) return undefined;
  const none = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  return { stages: [[statusUpdate(daemonSets, { ...set, status: { ...none, ...set.status, collisionCount } })]] };
}

function failureEvent(set: DaemonSet, { action, error }: ActionFailure): readonly Action[] {
  const about = { do: "event", about: set, type: "Warning" } as const;
  if (action.do === "create" && action.resource.kind === "Pod")
    return [{ ...about, reason: "FailedCreate", message: `Error creating: ${error.message}` }];
  if (action.do === "delete" && action.resource.kind === "Pod")
    return [{ ...about, reason: "FailedDelete", message: `Error deleting: ${error.message}` }];
  return [];
}
