import { intOrPercent } from "@skates/apimachinery";
import type { DaemonSet } from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";
import type { Action } from "@skates/controller-runtime";
import { podReady } from "../pod/pod-state.ts";
import { available, type Change, type NodeScene, type Scene } from "./change.ts";
import { REVISION_HASH } from "./daemon-pod.ts";

/** Sees to it that each node which should has a pod, and no other has. */
export function manage(scene: Scene): Change {
  const create: string[] = [];
  const doomed: Pod[] = [...scene.stranded];
  const events: Action[] = [];
  let againAtMs: number | undefined;
  for (const node of scene.nodes) {
    const change = manageNode(scene, node);
    create.push(...change.create);
    doomed.push(...change.delete);
    events.push(...change.events);
    if (change.againAtMs !== undefined) againAtMs = Math.min(change.againAtMs, againAtMs ?? change.againAtMs);
  }
  return { create, delete: doomed, events, againAtMs };
}

function manageNode(scene: Scene, node: NodeScene): Change {
  const staying = node.pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  if (node.runs && node.pods.length === 0) return { create: [node.name], delete: [], events: [] };
  if (!node.stays) return { create: [], delete: staying, events: [] };
  const { running, ...ended } = replaceEnded(scene, node, staying);
  if (!allowsSurge(scene.set)) return { ...ended, delete: [...ended.delete, ...running.slice(1)] };
  if (running.length === 0 && node.runs) return { ...ended, create: [node.name] };
  return { ...ended, delete: [...ended.delete, ...surplus(scene, running)] };
}

interface Ended extends Change {
  readonly running: readonly Pod[];
}

/** Pods that ended are deleted; those that fail again and again with growing pauses, as the kubelet may be refusing them. */
function replaceEnded(scene: Scene, node: NodeScene, pods: readonly Pod[]): Ended {
  const running: Pod[] = [];
  const doomed: Pod[] = [];
  const events: Action[] = [];
  let againAtMs: number | undefined;
  for (const pod of pods) {
    const { phase } = pod.status ?? {};
    if (phase !== "Failed" && phase !== "Succeeded") {
      running.push(pod);
      continue;
    }
    const atMs = phase === "Failed" ? scene.replaceableAtMs(node.name, pod) : 0;
    if (atMs > scene.nowMs) {
      againAtMs = Math.min(atMs, againAtMs ?? atMs);
      continue;
    }
    doomed.push(pod);
    events.push(endedEvent(scene.set, node.name, pod));
  }
  return { running, create: [], delete: doomed, events, againAtMs };
}

function endedEvent(set: DaemonSet, node: string, pod: Pod): Action {
  const { namespace = "", name } = pod.metadata;
  const failed = pod.status?.phase === "Failed";
  const message = failed
    ? `Found failed daemon pod ${namespace}/${name} on node ${node}, will try to kill it`
    : `Found succeeded daemon pod ${namespace}/${name} on node ${node}, will try to delete it`;
  const [type, reason] = failed
    ? (["Warning", "FailedDaemonPod"] as const)
    : (["Normal", "SucceededDaemonPod"] as const);
  return { do: "event", about: set, type, reason, message };
}

/** Of old and new pods one each may stay, and the old one only while it works and the new one does not yet. */
function surplus(scene: Scene, pods: readonly Pod[]): readonly Pod[] {
  if (pods.length <= 1) return [];
  const fresh = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_HASH] === scene.hash;
  const next = pods.find(fresh);
  const old = pods.find((pod) => !fresh(pod));
  const more = pods.filter((pod) => pod !== next && pod !== old);
  if (next === undefined || old === undefined) return more;
  return !podReady(old) || available(scene, next) ? [...more, old] : more;
}

/** True if an update makes the new pod before the old one goes. */
function allowsSurge({ spec: { updateStrategy } }: DaemonSet): boolean {
  const { type = "RollingUpdate", rollingUpdate } = updateStrategy ?? {};
  return type === "RollingUpdate" && intOrPercent(rollingUpdate?.maxSurge ?? 0, 100, true) > 0;
}
