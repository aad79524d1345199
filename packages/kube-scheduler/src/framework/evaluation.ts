import type { Snapshot } from "../snapshot/cluster.ts";
import { type NodeInfo, nodeWithPods } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { isRejection, type NodeJudge, type SchedulerPlugin } from "./plugin.ts";
import type { Rejection, Verdict } from "./verdict.ts";

/** A plugin with what it says of one pod. */
export interface Judging {
  readonly plugin: SchedulerPlugin;
  readonly judge: NodeJudge;
  readonly weight: number;
}

/** The judges of a pod, or the plugin that rejects it whatever the node. */
export type Prepared =
  | { readonly judges: readonly Judging[] }
  | { readonly plugin: SchedulerPlugin; readonly rejection: Rejection };

/** Asks these plugins about a pod. */
export function prepareAll(plugins: readonly SchedulerPlugin[], pod: PodInfo, snapshot: Snapshot): Prepared {
  const judges: Judging[] = [];
  for (const plugin of plugins) {
    const prepared = plugin.prepare?.(pod, snapshot);
    if (isRejection(prepared)) return { plugin, rejection: prepared };
    if (prepared !== undefined) judges.push({ plugin, judge: prepared, weight: plugin.weight ?? 1 });
  }
  return { judges };
}

/** Why a node was ruled out, and by which plugin. */
export interface Ruling {
  readonly plugin: SchedulerPlugin;
  readonly rejection: Rejection;
}

/** The first judge that rejects the node. */
export function firstRuling(judges: readonly Judging[], node: NodeInfo): Ruling | undefined {
  for (const { plugin, judge } of judges) {
    const rejection: Verdict = judge.filter?.(node);
    if (rejection !== undefined) return { plugin, rejection };
  }
  return undefined;
}

/**
 * The first judge that rejects the node as it would be once the pods had come that it is being cleared for, as far as these are no less
 * important than the pod.
 */
export function nominationRuling(
  judges: readonly Judging[],
  node: NodeInfo,
  { pod, snapshot }: { readonly pod: PodInfo; readonly snapshot: Snapshot },
): Ruling | undefined {
  if (snapshot.nominationCount === 0) return undefined;
  const coming = snapshot
    .nominatedOn(node.name)
    .filter(({ uid, priority }) => uid !== pod.uid && priority >= pod.priority);
  return coming.length === 0 ? undefined : firstRuling(judges, nodeWithPods(node, [...node.pods.values(), ...coming]));
}

/**
 * What judges say of each node for pods that are alike, kept for the next of them: only nodes that changed meanwhile are asked about
 * again. The judges depend on nothing but the node and their stamps.
 */
export class Evaluation {
  readonly judges: readonly Judging[];
  readonly #snapshot: Snapshot;
  readonly #filters: readonly Judging[];
  /** Scores that count as they are, summed. */
  readonly #plain: readonly Judging[];
  /** Scores that are normalized over all feasible nodes. */
  readonly #relative: readonly (Judging & { readonly raw: Scores })[];
  #stamps = Number.NaN;
  #seen = -1;
  /** By slot: undefined for feasible nodes and where there is none. */
  readonly rulings: (Ruling | undefined)[] = [];
  /** By slot: 1 where the node passes all filters. */
  feasible = new Uint8Array(64);
  /** By slot: the weighted sum of scores that need no normalizing. */
  plainScores = new Float64Array(64);

  constructor(judges: readonly Judging[], snapshot: Snapshot) {
    this.judges = judges;
    this.#snapshot = snapshot;
    this.#filters = judges.filter(({ judge }) => judge.filter !== undefined);
    const scoring = judges.filter(({ judge }) => judge.score !== undefined);
    this.#plain = scoring.filter(({ judge }) => judge.normalize === undefined);
    this.#relative = scoring
      .filter(({ judge }) => judge.normalize !== undefined)
      .map((judging) => ({ ...judging, raw: new Scores() }));
  }

  /** Judges whose raw scores differ between nodes, with the scores by slot. */
  relative(): readonly (Judging & { readonly raw: Scores })[] {
    return this.#relative.filter(({ raw }) => raw.nonZero > 0);
  }

  /** Looks at all that has changed since the last time. */
  refresh(): void {
    const snapshot = this.#snapshot;
    const stamps = this.#sumOfStamps();
    const all = stamps !== this.#stamps;
    if (!all && snapshot.now === this.#seen) return;
    const slots = snapshot.nodes.length;
    if (slots > this.feasible.length) this.#grow(slots);
    for (let slot = 0; slot < slots; slot++) {
      if (all || snapshot.changedAt(slot) > this.#seen) this.#evaluate(slot, snapshot.nodes[slot]);
    }
    this.#stamps = stamps;
    this.#seen = snapshot.now;
  }

  #evaluate(slot: number, node: NodeInfo | undefined): void {
    const ruling = node === undefined ? undefined : firstRuling(this.#filters, node);
    this.rulings[slot] = ruling;
    if (node === undefined || ruling !== undefined) {
      this.feasible[slot] = 0;
      for (const { raw } of this.#relative) raw.set(slot, 0);
      return;
    }
    let sum = 0;
    for (const { judge, weight } of this.#plain) sum += weight * (judge.score?.(node) ?? 0);
    this.feasible[slot] = 1;
    this.plainScores[slot] = sum;
    for (const { judge, raw } of this.#relative) raw.set(slot, judge.score?.(node) ?? 0);
  }

  #sumOfStamps(): number {
    let sum = 0;
    for (const { judge } of this.#plain) sum += judge.stamp?.() ?? 0;
    for (const { judge } of this.#relative) sum += judge.stamp?.() ?? 0;
    return sum;
  }

  #grow(slots: number): void {
    const size = Math.max(slots, this.feasible.length * 2);
    const feasible = new Uint8Array(size);
    feasible.set(this.feasible);
    this.feasible = feasible;
    const scores = new Float64Array(size);
    scores.set(this.plainScores);
    this.plainScores = scores;
    for (const { raw } of this.#relative) raw.grow(size);
  }
}

/** Raw scores by slot, with the number of those that are not zero. */
export class Scores {
  #values = new Float64Array(64);
  nonZero = 0;

  at(slot: number): number {
    return this.#values[slot] ?? 0;
  }

  set(slot: number, value: number): void {
    const old = this.at(slot);
    if (old !== 0) this.nonZero--;
    if (value !== 0) this.nonZero++;
    this.#values[slot] = value;
  }

  grow(size: number): void {
    const values = new Float64Array(size);
    values.set(this.#values);
    this.#values = values;
  }
}
