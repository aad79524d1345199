import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import { pick, type Random } from "@skates/component-base";
import type { Judging } from "../framework/judging.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import { type Counted, type Rejections, Tally } from "../framework/rejections.ts";
import type { Rejection } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { SlotWatch } from "../snapshot/slot-counts.ts";
import { type Candidate, lessHarm } from "./candidate.ts";
import { LeastFirst } from "./least-first.ts";

/** Kinds of pods whose trials are remembered. */
const KINDS_MAX = 8;

/** What came of trying to clear nodes for pods that are alike. */
export class Trials {
  readonly #watch = new SlotWatch();
  readonly #random: Random;
  /** In the order in which they are to be tried. */
  readonly #untried = new Set<number>();
  readonly #candidates = new LeastFirst<Candidate>(lessHarm);
  readonly #inVain = new Tally<{ readonly rejection: Rejection }>();
  readonly #inVainBySlot: (Counted<{ readonly rejection: Rejection }> | undefined)[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** The candidate that does the least harm, of those known. */
  get best(): Candidate | undefined {
    return this.#candidates.least;
  }

  candidates(): readonly Candidate[] {
    return [...this.#candidates.all()];
  }

  /** How many nodes were tried in vain, and why. */
  get rejections(): Pick<Rejections, "counts" | "size"> {
    const counts = [...this.#inVain.all()].map(({ of, count }) => [of.rejection, count] as const);
    return { counts, size: counts.reduce((sum, [, count]) => sum + count, 0) };
  }

  /** Forgets what came of nodes that have changed. They are tried again, from one of them on that is chosen by chance. */
  refresh(snapshot: Snapshot): void {
    const changed: number[] = [];
    this.#watch.refresh(snapshot, (slot, node) => {
      this.#forget(slot);
      if (node !== undefined) changed.push(slot);
    });
    const first = changed.length > 1 ? pick(this.#random, changed.length) : 0;
    for (let i = 0; i < changed.length; i++) this.#untried.add(changed[(first + i) % changed.length] ?? 0);
  }

  /** Tries nodes until so many candidates are known. `attempt` gives undefined for a node that is of no use to this one pod. */
  tryUntil(enough: number, attempt: (slot: number) => Candidate | Rejection | undefined): void {
    for (const slot of this.#untried) {
      if (this.#candidates.size >= enough) return;
      const result = attempt(slot);
      if (result === undefined) continue;
      this.#untried.delete(slot);
      if ("reasons" in result) this.#inVainBySlot[slot] = this.#inVain.add({ rejection: result }, "");
      else this.#candidates.set(slot, result);
    }
  }

  #forget(slot: number): void {
    this.#untried.delete(slot);
    this.#candidates.set(slot, undefined);
    const inVain = this.#inVainBySlot[slot];
    if (inVain === undefined) return;
    this.#inVainBySlot[slot] = undefined;
    this.#inVain.remove(inVain);
  }
}

/** Remembers what came of trying nodes: for pods that are alike it comes to the same until a node changes. */
export class TrialCache {
  readonly #kinds = new Map<string, Trials>();

  /** Undefined: what comes of it depends on more than the node alone, so that nothing can be remembered. */
  of(
    pod: PodInfo,
    {
      filters,
      judges,
      snapshot,
      budgets,
      random,
    }: {
      readonly filters: readonly SchedulerPlugin[];
      readonly judges: readonly Judging[];
      readonly snapshot: Snapshot;
      readonly budgets: readonly PodDisruptionBudget[];
      readonly random: Random;
    },
  ): Trials | undefined {
    const single = judges.every(
      ({ plugin, judge }) => plugin.sign !== undefined && (judge.grouped === undefined || judge.passesAll === true),
    );
    if (!single || budgets.length > 0 || snapshot.tables.repelling().held) return undefined;
    const stamps = judges.map(({ judge }) => judge.stamp?.() ?? 0);
    const id = JSON.stringify([pod.priority, stamps, filters.map((plugin) => plugin.sign?.(pod, snapshot) ?? null)]);
    const trials = this.#kinds.get(id) ?? new Trials(random);
    this.#kinds.delete(id);
    this.#kinds.set(id, trials);
    const [oldest] = this.#kinds.keys();
    if (this.#kinds.size > KINDS_MAX && oldest !== undefined) this.#kinds.delete(oldest);
    trials.refresh(snapshot);
    return trials;
  }
}
