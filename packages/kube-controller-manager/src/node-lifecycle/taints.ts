import { formatTime } from "@skates/apimachinery";
import type { Node, NodeCondition, Taint } from "@skates/api/core/v1";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

/** Which taint a condition asks for, by its status. */
const TAINT_OF: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: "node.kubernetes.io/memory-pressure" },
  DiskPressure: { True: "node.kubernetes.io/disk-pressure" },
  NetworkUnavailable: { True: "node.kubernetes.io/network-unavailable" },
  PIDPressure: { True: "node.kubernetes.io/pid-pressure" },
};
const NO_SCHEDULE_KEYS = new Set([UNSCHEDULABLE, ...Object.values(TAINT_OF).flatMap((keys) => Object.values(keys))]);
const NO_EXECUTE_KEYS = new Set([NOT_READY, UNREACHABLE]);

/** Whether pods may be driven from a node: yes; only if they are being driven from it already; or not at all. */
export type Driving = "now" | "wait" | "never";

/** A node's taints as its conditions ask for them; those that others set stay. The same list if nothing changes. */
export function taintsFor(node: Node, driving: Driving, nowMs: number): readonly Taint[] {
  const old = node.spec?.taints ?? [];
  const keys = noScheduleKeys(node);
  const allowed = driving === "now" || (driving === "wait" && drives(node));
  const executing = allowed ? noExecuteKey(node) : undefined;
  const kept = old.filter((taint) => {
    if (taint.effect === "NoSchedule" && NO_SCHEDULE_KEYS.has(taint.key)) return keys.has(taint.key);
    if (taint.effect === "NoExecute" && NO_EXECUTE_KEYS.has(taint.key)) return taint.key === executing;
    return true;
  });
  const timeAdded = formatTime(nowMs);
  const has = (key: string, effect: Taint["effect"]): boolean => kept.some((t) => t.key === key && t.effect === effect);
  const added: Taint[] = [];
  for (const key of keys) if (!has(key, "NoSchedule")) added.push({ key, effect: "NoSchedule", timeAdded });
  if (executing !== undefined && !has(executing, "NoExecute")) {
    added.push({ key: executing, effect: "NoExecute", timeAdded });
  }
  return added.length === 0 && kept.length === old.length ? old : [...kept, ...added];
}

function noScheduleKeys(node: Node): ReadonlySet<string> {
  const keys = new Set<string>();
  const conditions = node.status?.conditions ?? [];
  for (const { type, status } of conditions) {
    const key = TAINT_OF[type]?.[status];
    if (key !== undefined) keys.add(key);
  }
  if (node.spec?.unschedulable === true) keys.add(UNSCHEDULABLE);
  // A node that has not said anything yet keeps the taint that it was admitted with.
  const admitted = node.spec?.taints?.some((taint) => taint.key === NOT_READY && taint.effect === "NoSchedule");
  if (admitted === true && readyCondition(node) === undefined) keys.add(NOT_READY);
  return keys;
}

/** True if pods are being driven from the node. */
export function drives({ spec }: Node): boolean {
  return spec?.taints?.some(({ key, effect }) => effect === "NoExecute" && NO_EXECUTE_KEYS.has(key)) === true;
}

/** The taint by which pods are to be driven from the node; undefined while it is well, or has said nothing yet. */
export function noExecuteKey(node: Node): string | undefined {
  return TAINT_OF["Ready"]?.[readyCondition(node)?.status ?? ""];
}

/** The condition that says whether a node works. */
export function readyCondition(node: Node): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === "Ready");
}
