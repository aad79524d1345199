import { equalValues, formatTime, type ObjectKey } from "@skates/apimachinery";
import type { Lease } from "@skates/api/coordination/v1";
import { type Node, type NodeCondition, nodes, type Pod, pods } from "@skates/api/core/v1";
import { type Action, type Lister, NOTHING, type Plan, statusUpdate, update } from "@skates/controller-runtime";
import { podCondition, podEnded } from "../pod/pod-state.ts";
import type { Heartbeats } from "./heartbeats.ts";
import { type Driving, drives, noExecuteKey, readyCondition, taintsFor } from "./taints.ts";
import { type EvictionPace, evictionRate, type EvictionRates } from "./zones.ts";

/** What the plan of a node looks at; pods have the index `node`. */
export interface NodeLifecycleView {
  readonly nodes: Lister<Node>;
  readonly leases: Lister<Lease>;
  readonly pods: Lister<Pod>;
  readonly heartbeats: Heartbeats;
  /** By a clock that nobody sets: how long ago something was is not told by one that is. */
  readonly elapsedMs: () => number;
  readonly rates: EvictionRates;
  readonly pace: EvictionPace;
}

export const LEASE_NAMESPACE = "kube-node-lease";
/** A node that is silent for longer is taken for lost; upstream's default. */
const GRACE_MS = 50_000;
/** The same for a node that has never said anything. */
const STARTUP_GRACE_MS = 60_000;
const JUDGED = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] as const;

/** Declares a silent node lost, keeps the taints of a node by its conditions, and its pods from taking traffic. */
export function planNode(view: NodeLifecycleView, key: ObjectKey, nowMs: number): Plan {
  const node = view.nodes.get(key);
  if (node === undefined) return forgetNode(view, key.name);
  const lease = view.leases.get({ namespace: LEASE_NAMESPACE, name: key.name });
  const grace = readyCondition(node) === undefined ? STARTUP_GRACE_MS : GRACE_MS;
  const greeting = view.heartbeats.knows(node) ? [] : [nodeEvent(node, "RegisteredNode", "Registered Node", "in")];
  const elapsedMs = view.elapsedMs();
  const deadlineMs = view.heartbeats.seenMs(node, lease, elapsedMs) + grace;
  const silent = elapsedMs >= deadlineMs;
  if (silent && readyCondition(node)?.status !== "Unknown") return { stages: [declareLost(node, nowMs)] };
  const { driving, waitMs } = drivingOf(view, node, elapsedMs);
  const taints = taintsFor(node, driving, nowMs);
  const labels = withOldLabels(node);
  const same = equalValues(taints, node.spec?.taints ?? []) && labels === node.metadata.labels;
  const next = { ...node, metadata: { ...node.metadata, labels }, spec: { ...node.spec, taints } };
  const stages = [greeting, same ? [] : [update(nodes, next)], ...withdrawPods(view, node, nowMs)];
  const lookMs = Math.min(waitMs, silent ? Number.POSITIVE_INFINITY : deadlineMs - elapsedMs);
  return {
    stages: stages.filter((stage) => stage.length > 0),
    requeueAfterMs: lookMs === Number.POSITIVE_INFINITY ? undefined : lookMs,
  };
}

function forgetNode(view: NodeLifecycleView, name: string): Plan {
  const uid = view.heartbeats.forget(name);
  if (uid === undefined) return NOTHING;
  view.pace.settle(uid);
  const gone: Node = { apiVersion: "v1", kind: "Node", metadata: { name, uid }, spec: {} };
  return { stages: [[nodeEvent(gone, "RemovingNode", "Removing Node", "from")]] };
}

function nodeEvent(node: Node, reason: string, what: string, preposition: "in" | "from"): Action {
  const { name } = node.metadata;
  const message = `Node ${name} event: ${what} ${name} ${preposition} Controller`;
  return { do: "event", about: node, type: "Normal", reason, message };
}

interface Drive {
  readonly driving: Driving;
  /** After which time it may be the node's turn. */
  readonly waitMs: number;
}

/** Nodes that are not well take turns, so that not all pods of a zone look for a new place at once. */
function drivingOf({ nodes: all, rates, pace }: NodeLifecycleView, node: Node, elapsedMs: number): Drive {
  if (noExecuteKey(node) === undefined) {
    pace.settle(node.metadata.uid ?? "");
    return { driving: "now", waitMs: Number.POSITIVE_INFINITY };
  }
  const perSecond = evictionRate(all, node, rates);
  if (perSecond === undefined) return { driving: "never", waitMs: Number.POSITIVE_INFINITY };
  if (drives(node)) return { driving: "now", waitMs: Number.POSITIVE_INFINITY };
  const waitMs = pace.waitMs(node, perSecond, elapsedMs);
  return waitMs === 0 ? { driving: "now", waitMs: Number.POSITIVE_INFINITY } : { driving: "wait", waitMs };
}

/** Labels under their old names say what those under the new ones do. The same labels if they do. */
function withOldLabels({ metadata: { labels } }: Node): Node["metadata"]["labels"] {
  const missing = ["os", "arch"].flatMap((what) => {
    const value = labels?.[`kubernetes.io/${what}`];
    const old = `beta.kubernetes.io/${what}`;
    return value === undefined || labels?.[old] === value ? [] : [[old, value] as const];
  });
  return missing.length === 0 ? labels : { ...labels, ...Object.fromEntries(missing) };
}

/** All that the node said of itself is unknown now. */
function declareLost(node: Node, nowMs: number): readonly Action[] {
  const { name, creationTimestamp } = node.metadata;
  const old = node.status?.conditions ?? [];
  const now = formatTime(nowMs);
  const judged = JUDGED.map((type): NodeCondition => {
    const current = old.find((condition) => condition.type === type);
    if (current === undefined) {
      const never = { reason: "NodeStatusNeverUpdated", message: "Kubelet never posted node status." };
      return { type, status: "Unknown", lastHeartbeatTime: creationTimestamp, lastTransitionTime: now, ...never };
    }
    if (current.status === "Unknown") return current;
    const stopped = { reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." };
    return { ...current, status: "Unknown", lastTransitionTime: now, ...stopped };
  });
  const others = old.filter((condition) => !judged.some(({ type }) => type === condition.type));
  const write = statusUpdate(nodes, { ...node, status: { ...node.status, conditions: [...others, ...judged] } });
  if (readyCondition(node)?.status !== "True") return [write];
  const message = `Node ${name} status is now: NodeNotReady`;
  return [write, { do: "event", about: node, type: "Normal", reason: "NodeNotReady", message }];
}

/** Pods that became ready before their node fell silent are not ready any more; those of a node that speaks speak for themselves. */
function withdrawPods(view: NodeLifecycleView, node: Node, nowMs: number): readonly (readonly Action[])[] {
  const ready = readyCondition(node);
  if (ready?.status !== "Unknown") return [];
  const writes: Action[] = [];
  const events: Action[] = [];
  for (const pod of view.pods.by("node", node.metadata.name)) {
    const condition = podCondition(pod, "Ready");
    if (podEnded(pod) || condition?.status !== "True") continue;
    if ((condition.lastTransitionTime ?? "") > (ready.lastTransitionTime ?? "")) continue;
    const next = { ...condition, status: "False", lastTransitionTime: formatTime(nowMs) };
    const conditions = pod.status?.conditions?.map((one) => (one === condition ? next : one));
    writes.push(statusUpdate(pods, { ...pod, status: { ...pod.status, conditions } }));
    events.push({ do: "event", about: pod, type: "Warning", reason: "NodeNotReady", message: "Node is not ready" });
  }
  return [writes, events];
}
