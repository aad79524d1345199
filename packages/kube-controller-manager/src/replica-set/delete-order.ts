import { parseTime } from "@skates/apimachinery";
import type { Pod, PodStatus } from "@skates/api/core/v1";
import { podActive, podCondition, podReady, podRestarts } from "../pod/pod-state.ts";

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
const PHASES: readonly (PodStatus["phase"] | undefined)[] = ["Pending", "Unknown", "Running"];

interface Candidate {
  readonly pod: Pod;
  readonly phase: number;
  readonly ready: boolean;
  readonly cost: number;
  /** Related pods on the same node. */
  readonly neighbours: number;
  readonly readyMs: number | undefined;
  readonly restarts: number;
  readonly createdMs: number | undefined;
}

/**
 * The pods in the order in which they are given up: those that do least and would be missed least come first. `related` are the pods
 * of all replica sets with the same manager; of pods that stand together on a node one goes first.
 */
export function inDeletionOrder(pods: readonly Pod[], related: readonly Pod[], nowMs: number): readonly Pod[] {
  const perNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec.nodeName;
    if (node !== undefined && podActive(pod)) perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const candidates = pods.map((pod) => candidate(pod, perNode));
  return candidates.sort((a, b) => compare(a, b, nowMs)).map(({ pod }) => pod);
}

function candidate(pod: Pod, perNode: ReadonlyMap<string, number>): Candidate {
  const ready = podReady(pod);
  const readySince = ready ? podCondition(pod, "Ready")?.lastTransitionTime : undefined;
  const { creationTimestamp, annotations } = pod.metadata;
  return {
    pod,
    phase: PHASES.indexOf(pod.status?.phase),
    ready,
    cost: deletionCost(annotations?.[DELETION_COST]),
    neighbours: perNode.get(pod.spec.nodeName ?? "") ?? 0,
    readyMs: readySince === undefined ? undefined : parseTime(readySince),
    restarts: podRestarts(pod),
    createdMs: creationTimestamp === undefined ? undefined : parseTime(creationTimestamp),
  };
}

/** Text that is no whole number of 32 bits counts as 0, as upstream has it. */
function deletionCost(text: string | undefined): number {
  if (text === undefined || !/^-?(?:0|[1-9]\d{0,9})$/.test(text)) return 0;
  const cost = Number(text);
  return cost === (cost | 0) ? cost : 0;
}

function compare(a: Candidate, b: Candidate, nowMs: number): number {
  const assigned = Number(a.pod.spec.nodeName !== undefined) - Number(b.pod.spec.nodeName !== undefined);
  if (assigned !== 0) return assigned;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return Number(a.ready) - Number(b.ready);
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.neighbours !== b.neighbours) return b.neighbours - a.neighbours;
  if (a.ready && b.ready && a.readyMs !== b.readyMs) return compareAges(a, b, { ages: [a.readyMs, b.readyMs], nowMs });
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.createdMs !== b.createdMs) return compareAges(a, b, { ages: [a.createdMs, b.createdMs], nowMs });
  return byUid(a, b);
}

/** The younger first; ages of the same order of magnitude are alike, so that chance (the uid) spreads the loss over ages. */
function compareAges(
  a: Candidate,
  b: Candidate,
  {
    ages: [first, second],
    nowMs,
  }: { readonly ages: readonly [number | undefined, number | undefined]; readonly nowMs: number },
): number {
  if (first === undefined || second === undefined) return first === undefined ? -1 : 1;
  const difference = magnitude(nowMs - first) - magnitude(nowMs - second);
  return difference === 0 ? byUid(a, b) : difference;
}

function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1;
}

function byUid(a: Candidate, b: Candidate): number {
  const first = a.pod.metadata.uid ?? "";
  const second = b.pod.metadata.uid ?? "";
  return first < second ? -1 : Number(first > second);
}
