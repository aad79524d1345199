import type { DaemonSet } from "@skates/api/apps/v1";
import type { Pod } from "@skates/api/core/v1";

const FIRST_MS = 1000;
const LONGEST_MS = 15 * 60_000;
/** Nodes remembered at most; the oldest are forgotten. */
const REMEMBERED_MAX = 10_000;

/** From when on a failed pod may be replaced. The answer for a pod stays the same. */
export type FailedPods = (set: DaemonSet, node: string, about: { readonly pod: Pod; readonly nowMs: number }) => number;

interface Memory {
  /** The last failed pod there. */
  readonly uid: string;
  readonly atMs: number;
  /** How long the one after it has to wait. */
  readonly delayMs: number;
}

/** Remembers failures per set and node: each waits twice as long as the one before it, from one second to 15 minutes. */
export function rememberFailures(): FailedPods {
  const memories = new Map<string, Memory>();
  return ({ metadata: { uid: setUid = "" } }, node, { pod, nowMs }) => {
    const id = `${setUid}/${node}`;
    const { uid = "" } = pod.metadata;
    const last = memories.get(id);
    if (last?.uid === uid) return last.atMs;
    const recent = last !== undefined && nowMs - last.atMs < 2 * LONGEST_MS;
    const atMs = recent ? Math.max(nowMs, last.atMs + last.delayMs) : nowMs;
    const delayMs = recent ? Math.min(2 * last.delayMs, LONGEST_MS) : FIRST_MS;
    memories.delete(id);
    memories.set(id, { uid, atMs, delayMs });
    const [oldest] = memories.keys();
    if (memories.size > REMEMBERED_MAX && oldest !== undefined) memories.delete(oldest);
    return atMs;
  };
}
