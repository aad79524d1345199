import type { PodDisruptionBudget } from "@skates/api/policy/v1";
import type { Judging } from "../framework/judging.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { Rejection } from "../framework/verdict.ts";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { SlotWatch } from "../snapshot/slot-counts.ts";
import type { Candidate } from "./candidate.ts";

/** Kinds of pods whose trials are remembered. */
const KINDS_MAX = 8;

/** What came of trying to clear a node, by its slot. */
export type Trials = Map<number, Candidate | Rejection>;

/** Remembers what came of trying nodes: for pods that are alike it comes to the same until a node changes. */
export class TrialCache {
  readonly #kinds = new Map<string, { readonly watch: SlotWatch; readonly trials: Trials }>();

  /** Undefined: what comes of it depends on more than the node alone, so that nothing can be remembered. */
  of(
    pod: PodInfo,
    {
      filters,
      judges,
      snapshot,
      budgets,
    }: {
      readonly filters: readonly SchedulerPlugin[];
      readonly judges: readonly Judging[];
      readonly snapshot: Snapshot;
      readonly budgets: readonly PodDisruptionBudget[];
    },
  ): Trials | undefined {
    const single = judges.every(
      ({ plugin, judge }) => plugin.sign !== undefined && (judge.grouped === undefined || judge.passesAll === true),
    );
    if (!single || budgets.length > 0 || snapshot.tables.repelling().held) return undefined;
    const id = JSON.stringify([pod.priority, filters.map((plugin) => plugin.sign?.(pod, snapshot) ?? null)]);
    const kind = this.#kinds.get(id) ?? { watch: new SlotWatch(), trials: new Map() };
    this.#kinds.delete(id);
    this.#kinds.set(id, kind);
    const [oldest] = this.#kinds.keys();
    if (this.#kinds.size > KINDS_MAX && oldest !== undefined) this.#kinds.delete(oldest);
    kind.watch.refresh(snapshot, (slot) => void kind.trials.delete(slot));
    return kind.trials;
  }
}
