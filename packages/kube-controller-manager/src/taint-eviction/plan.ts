import { type ObjectKey, parseTime } from "@skates/apimachinery";
import { type Node, type Pod, type Taint, toleratesTaint } from "@skates/api/core/v1";
import { type Lister, NOTHING, type Plan } from "@skates/controller-runtime";
import { disruptPod } from "../pod/disrupt-pod.ts";
import { podCondition, podEnded } from "../pod/pod-state.ts";

/** What the plan of a pod on a tainted node looks at. */
export interface TaintEvictionView {
  readonly pods: Lister<Pod>;
  readonly nodes: Lister<Node>;
  /** When a taint that does not say so was first seen. */
  firstSeenMs(node: string, taint: Taint, nowMs: number): number;
  /** Namespace and name of the pods that are to go later. */
  readonly waiting: Set<string>;
}

/** Deletes a pod from a node whose NoExecute taints it does not tolerate, or not any longer. */
export function planTaintEviction(view: TaintEvictionView, key: ObjectKey, nowMs: number): Plan {
  const pod = view.pods.get(key);
  const id = `${key.namespace ?? ""}/${key.name}`;
  const waited = view.waiting.delete(id);
  if (pod === undefined) return NOTHING;
  const { deletionTimestamp } = pod.metadata;
  const node = pod.spec.nodeName === undefined ? undefined : view.nodes.get({ name: pod.spec.nodeName });
  if (node === undefined || deletionTimestamp !== undefined || podEnded(pod)) return NOTHING;
  const leavesAtMs = Math.min(...executing(node).map((taint) => toleratedUntilMs(view, { pod, node, taint }, nowMs)));
  const about = { about: pod, type: "Normal", reason: "TaintManagerEviction" } as const;
  if (leavesAtMs === Number.POSITIVE_INFINITY) {
    const message = `Cancelling deletion of Pod ${id}`;
    return waited ? { stages: [[{ do: "event", ...about, message }]] } : NOTHING;
  }
  if (leavesAtMs > nowMs) {
    if (view.waiting.size < WAITING_MAX) view.waiting.add(id);
    return { stages: [], requeueAfterMs: leavesAtMs - nowMs };
  }
  const announce = { ...about, message: `Marking for deletion Pod ${id}` };
  const message = "Taint manager: deleting due to NoExecute taint";
  return disruptPod(pod, { reason: "DeletionByTaintManager", message, announce }, nowMs);
}

/** That more of them are not to go any more is not told. */
const WAITING_MAX = 100_000;

/** The taints of a node that drive pods away. */
export function executing(node: Node): readonly Taint[] {
  return (node.spec?.taints ?? []).filter((taint) => taint.effect === "NoExecute");
}

interface Exposure {
  readonly pod: Pod;
  readonly node: Node;
  readonly taint: Taint;
}

/** The first toleration that covers the taint counts. */
function toleratedUntilMs(view: TaintEvictionView, { pod, node, taint }: Exposure, nowMs: number): number {
  const toleration = pod.spec.tolerations?.find((one) => toleratesTaint(one, taint));
  if (toleration === undefined) return 0;
  const { tolerationSeconds } = toleration;
  if (tolerationSeconds === undefined) return Number.POSITIVE_INFINITY;
  const { timeAdded } = taint;
  const taintedMs = timeAdded === undefined ? view.firstSeenMs(node.metadata.name, taint, nowMs) : parseTime(timeAdded);
  const boundAt = podCondition(pod, "PodScheduled")?.lastTransitionTime ?? pod.metadata.creationTimestamp;
  const boundMs = boundAt === undefined ? 0 : parseTime(boundAt);
  return Math.max(taintedMs, boundMs) + Math.max(tolerationSeconds, 0) * 1000;
}
