import { equalValues, formatTime, type ObjectKey } from "@skates/apimachinery";
import type { Lease } from "@skates/api/coordination/v1";
import { type Node, type NodeCondition, nodes, type Pod, pods } from "@skates/api/core/v1";
import { type Action, type Lister, NOTHING, type Plan, statusUpdate, update } from "@skates/controller-runtime";
import { podCondition, podEnded } from "../pod/pod-state.ts";
import type { Heartbeats } from "./heartbeats.ts";
import { readyCondition, taintsFor } from "./taints.ts";

/** What the plan of a node looks at; pods have the index `node`. */
export interface NodeLifecycleView {
  readonly nodes: Lister<Node>;
  readonly leases: Lister<Lease>;
  readonly pods: Lister<Pod>;
  readonly heartbeats: Heartbeats;
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
  if (node === undefined) {
    view.heartbeats.forget(key.name);
    return NOTHING;
  }
  const lease = view.leases.get({ namespace: LEASE_NAMESPACE, name: key.name });
  const grace = readyCondition(node) === undefined ? STARTUP_GRACE_MS : GRACE_MS;
  const deadlineMs = view.heartbeats.seenMs(node, lease, nowMs) + grace;
  const silent = nowMs >= deadlineMs;
  const requeueAfterMs = silent ? undefined : deadlineMs - nowMs;
  if (silent && readyCondition(node)?.status !== "Unknown") return { stages: [declareLost(node, nowMs)] };
  const evicting = view.nodes.list().some((other) => readyCondition(other)?.status === "True");
  const taints = taintsFor(node, evicting, nowMs);
  const same = equalValues(taints, node.spec?.taints ?? []);
  const writes: Action[] = same ? [] : [update(nodes, { ...node, spec: { ...node.spec, taints } })];
  const stages = [writes, ...withdrawPods(view, node, nowMs)];
  return { stages: stages.filter((stage) => stage.length > 0), requeueAfterMs };
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
  const message = `Node ${name} status is now: NodeNotReady`;
  return [
    statusUpdate(nodes, { ...node, status: { ...node.status, conditions: [...others, ...judged] } }),
    { do: "event", about: node, type: "Normal", reason: "NodeNotReady", message },
  ];
}

/** Pods that became ready before their node ceased to be are not ready any more. */
function withdrawPods(view: NodeLifecycleView, node: Node, nowMs: number): readonly (readonly Action[])[] {
  const ready = readyCondition(node);
  if (ready === undefined || ready.status === "True") return [];
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
