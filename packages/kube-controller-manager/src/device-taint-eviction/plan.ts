import { type ObjectKey, parseTime } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import type { DeviceRequestAllocationResult, DeviceTaint, DeviceToleration } from "@skates/api/resource/v1";
import type { ResourceClaim, ResourceSlice } from "@skates/api/resource/v1";
import { type Lister, NOTHING, type Plan } from "@skates/controller-runtime";
import { disruptPod } from "../pod/disrupt-pod.ts";
import { podEnded } from "../pod/pod-state.ts";

/** What the plan of a pod with devices looks at; claims have the index `user`, slices the index `pool`. */
export interface DeviceTaintView {
  readonly pods: Lister<Pod>;
  readonly claims: Lister<ResourceClaim>;
  readonly slices: Lister<ResourceSlice>;
  /** Namespace and name of the pods that are to go later. */
  readonly waiting: Set<string>;
}

/** That more of them are not to go any more is not told. */
const WAITING_MAX = 10_000;

/** Deletes a pod with a device whose NoExecute taint its claim does not tolerate, or not any longer. */
export function planDeviceTaint(view: DeviceTaintView, key: ObjectKey, nowMs: number): Plan {
  const pod = view.pods.get(key);
  const id = `${key.namespace ?? ""}/${key.name}`;
  const waited = view.waiting.delete(id);
  if (pod === undefined || (pod.spec.nodeName ?? "") === "" || podEnded(pod)) return NOTHING;
  if (pod.metadata.deletionTimestamp !== undefined) return NOTHING;
  const devices = view.claims
    .by("user", pod.metadata.uid ?? "")
    .flatMap(({ status }) => status?.allocation?.devices?.results ?? []);
  const leavesAtMs = Math.min(...devices.map((device) => usableUntilMs(view, device)));
  const about = { about: pod, type: "Normal", reason: "DeviceTaintManagerEviction" } as const;
  if (leavesAtMs === Number.POSITIVE_INFINITY) {
    return waited ? { stages: [[{ do: "event", ...about, message: "Cancelling deletion" }]] } : NOTHING;
  }
  if (leavesAtMs > nowMs) {
    if (view.waiting.size < WAITING_MAX) view.waiting.add(id);
    return { stages: [], requeueAfterMs: leavesAtMs - nowMs };
  }
  const announce = { ...about, message: "Marking for deletion" };
  const message = "Device Taint manager: deleting due to NoExecute taint";
  return disruptPod(pod, { reason: "DeletionByDeviceTaintManager", message, announce }, nowMs);
}

/** Where the devices of a pool are found. */
export function poolKey({ driver, pool }: { readonly driver: string; readonly pool: string }): string {
  return `${driver}/${pool}`;
}

function usableUntilMs({ slices }: DeviceTaintView, result: DeviceRequestAllocationResult): number {
  const pool = slices.by("pool", poolKey(result));
  const newest = Math.max(...pool.map(({ spec }) => spec.pool.generation ?? 0));
  const taints = pool
    .filter(({ spec }) => (spec.pool.generation ?? 0) === newest)
    .flatMap(({ spec }) => spec.devices ?? [])
    .filter(({ name }) => name === result.device)
    .flatMap((device) => device.taints ?? [])
    .filter(({ effect }) => effect === "NoExecute");
  return Math.min(...taints.map((taint) => toleratedUntilMs(taint, result.tolerations ?? [])));
}

/**
 * Long past when no toleration covers the taint; never when one does for good; otherwise the shortest of their times. Unlike for nodes,
 * only tolerations count that name the effect.
 */
function toleratedUntilMs(taint: DeviceTaint, tolerations: readonly DeviceToleration[]): number {
  const covering = tolerations.filter((one) => one.effect === "NoExecute" && covers(one, taint));
  if (covering.length === 0) return 0;
  const sinceMs = taint.timeAdded === undefined ? 0 : parseTime(taint.timeAdded);
  const seconds = covering.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  if (seconds.length < covering.length) return Number.POSITIVE_INFINITY;
  return sinceMs + Math.max(Math.min(...seconds), 0) * 1000;
}

function covers({ key = "", operator = "Equal", value = "" }: DeviceToleration, taint: DeviceTaint): boolean {
  if (key !== "" && key !== taint.key) return false;
  return operator === "Exists" || value === (taint.value ?? "");
}
