import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import { SlotWatch } from "../snapshot/slot-counts.ts";
import type { Judging, Ruling } from "./judging.ts";
import { type Block, NodeBlocks } from "./node-blocks.ts";
import { type NodeGroup, NodeGroups } from "./node-groups.ts";
import type { GroupedJudge, NodeJudge, SchedulerPlugin } from "./plugin.ts";
import { NO_TIMES, type PluginTimes } from "./plugin-times.ts";
import { type Counted, Tally } from "./rejections.ts";
import type { Verdict } from "./verdict.ts";

/** Nodes of one group that are still in question. */
export interface Survivors {
  readonly group: NodeGroup;
  readonly size: number;
}

/** A grouped judge with the place of its keys among those of a group. */
interface Part {
  readonly plugin: SchedulerPlugin;
  readonly weight: number;
  readonly grouped: GroupedJudge;
  readonly normalize: ((scores: Float64Array) => void) | undefined;
  readonly at: number;
}

/** Scores of single nodes that are normalized over all, with the place of the raw score among the keys. */
interface Relative {
  readonly judging: Judging;
  readonly at: number;
}

/**
 * What judges say of each node for pods that are alike, kept for the next of them: only nodes that changed meanwhile are asked about
 * again. Nodes are held in groups of those that differ in nothing but their own scores, so that the best is found without looking at all.
 */
export class Evaluation {
  readonly judges: readonly Judging[];
  readonly groups = new NodeGroups();
  /** Why nodes alone are out of the question. */
  readonly rulings = new Tally<Ruling>();
  readonly #rulingBySlot: (Counted<Ruling> | undefined)[] = [];
  readonly #snapshot: Snapshot;
  readonly #watch = new SlotWatch();
  readonly #tests: readonly { readonly plugin: SchedulerPlugin; readonly test: (node: NodeInfo) => Verdict }[];
  readonly #plain: readonly Judging[];
  readonly #parts: readonly Part[];
  readonly #relative: readonly Relative[];
  readonly #keys: readonly ((node: NodeInfo) => number)[];
  readonly #stamps: readonly (() => number)[];
  readonly #times: PluginTimes;
  /** Only once somebody has asked for blocks. */
  #blocks: NodeBlocks | undefined;
  #stamp = Number.NaN;

  constructor(judges: readonly Judging[], snapshot: Snapshot, times: PluginTimes = NO_TIMES) {
    this.judges = judges;
    this.#snapshot = snapshot;
    this.#times = times;
    this.#tests = judges.flatMap(({ plugin, judge }) => {
      const test = judge.grouped === undefined ? judge.filter : judge.grouped.local;
      return test === undefined ? [] : [{ plugin, test }];
    });
    const single = judges.filter(({ judge }) => judge.grouped === undefined && judge.score !== undefined);
    this.#plain = single.filter(({ judge }) => judge.normalize === undefined);
    const keys: ((node: NodeInfo) => number)[] = [];
    const parts: Part[] = [];
    for (const { plugin, weight, judge } of judges) {
      if (judge.grouped === undefined) continue;
      parts.push({ plugin, weight, grouped: judge.grouped, normalize: judge.normalize, at: keys.length });
      keys.push(...judge.grouped.keys);
    }
    const relative: Relative[] = [];
    for (const judging of single) {
      const { score, normalize } = judging.judge;
      if (normalize === undefined || score === undefined) continue;
      relative.push({ judging, at: keys.length });
      keys.push(score);
    }
    this.#parts = parts;
    this.#relative = relative;
    this.#keys = keys;
    this.#stamps = judges.flatMap(({ judge }) => (judge.stamp === undefined ? [] : [judge.stamp]));
  }

  /** Looks at all that has changed since the last time. */
  refresh(): void {
    let stamp = 0;
    for (const read of this.#stamps) stamp += read();
    if (stamp !== this.#stamp) this.#watch.reset();
    this.#stamp = stamp;
    this.#watch.refresh(this.#snapshot, (slot, node) => this.#evaluate(slot, node));
    for (const { grouped } of this.#parts) grouped.begin?.();
  }

  /** The groups that pass what is decided by group. */
  survivors(): readonly Survivors[] {
    const out: Survivors[] = [];
    for (const group of this.groups.all()) {
      if (this.groupRuling(group) === undefined) out.push({ group, size: group.size });
    }
    return out;
  }

  /** The nodes that the groups hold, in blocks by their amounts. */
  blocks(): Iterable<Block> {
    if (this.#blocks !== undefined) return this.#blocks.all();
    this.#blocks = new NodeBlocks(this.#snapshot.amounts);
    for (let slot = 0; slot < this.#snapshot.nodes.length; slot++) this.#addToBlock(slot);
    return this.#blocks.all();
  }

  /** Why a node is out of the question, alone or with its group. */
  rulingAt(slot: number): Ruling | undefined {
    const group = this.groups.of(slot);
    return group === undefined ? this.#rulingBySlot[slot]?.of : this.groupRuling(group);
  }

  /** Why a whole group is out of the question. */
  groupRuling(group: NodeGroup): Ruling | undefined {
    for (const { plugin, grouped, at } of this.#parts) {
      const rejection = grouped.filter?.(keysOf(group, grouped, at));
      if (rejection !== undefined) return { plugin, rejection };
    }
    return undefined;
  }

  /** What each group gets beside the scores of its nodes, when these and no others are feasible. */
  bonuses(feasible: readonly Survivors[]): Float64Array {
    const bonuses = new Float64Array(feasible.length);
    if (feasible.length <= 1) return bonuses;
    const add = (scores: Float64Array, weight: number): void => {
      for (let i = 0; i < scores.length; i++) bonuses[i] = (bonuses[i] ?? 0) + weight * (scores[i] ?? 0);
    };
    for (const { judging, at } of this.#relative) {
      const raw = Float64Array.from(feasible, ({ group }) => group.keys[at] ?? 0);
      if (raw.every((value) => value === raw[0])) continue;
      judging.judge.normalize?.(raw);
      add(raw, judging.weight);
    }
    for (const { grouped, normalize, weight, at } of this.#parts) {
      if (grouped.score === undefined) continue;
      const own = feasible.map(({ group, size }) => ({ keys: keysOf(group, grouped, at), size }));
      grouped.weigh?.(own);
      const scores = Float64Array.from(own, ({ keys }) => grouped.score?.(keys) ?? 0);
      normalize?.(scores);
      add(scores, weight);
    }
    return bonuses;
  }

  /** Takes a slot out of its group until `takeBack`. */
  passOver(slot: number): void {
    this.#remove(slot);
  }

  takeBack(slot: number): void {
    this.#evaluate(slot, this.#snapshot.nodes[slot]);
  }

  #remove(slot: number): void {
    this.groups.remove(slot);
    this.#blocks?.remove(slot);
  }

  #addToBlock(slot: number): void {
    const group = this.groups.of(slot);
    if (group !== undefined) this.#blocks?.add(slot, group, this.groups.scoreOf(slot));
  }

  #evaluate(slot: number, node: NodeInfo | undefined): void {
    this.#remove(slot);
    const ruling = node === undefined ? undefined : this.#rulingOf(node);
    const before = this.#rulingBySlot[slot];
    if (before !== undefined) this.rulings.remove(before);
    this.#rulingBySlot[slot] = ruling === undefined ? undefined : this.rulings.add(ruling, ruling.plugin.name);
    if (node === undefined || ruling !== undefined) return;
    let score = 0;
    for (const { plugin, judge, weight } of this.#plain) score += weight * this.#scoreOf(plugin, judge, node);
    const keys: number[] = [];
    for (const read of this.#keys) keys.push(read(node));
    this.groups.add(slot, { keys, score });
    this.#addToBlock(slot);
  }

  #scoreOf(plugin: SchedulerPlugin, { score }: NodeJudge, node: NodeInfo): number {
    if (score === undefined) return 0;
    return this.#times.on ? this.#times.run(plugin, "Score", () => score(node)) : score(node);
  }

  #rulingOf(node: NodeInfo): Ruling | undefined {
    for (const { plugin, test } of this.#tests) {
      const rejection = this.#times.on ? this.#times.run(plugin, "Filter", () => test(node)) : test(node);
      if (rejection !== undefined) return { plugin, rejection };
    }
    return undefined;
  }
}

function keysOf({ keys }: NodeGroup, grouped: GroupedJudge, at: number): readonly number[] {
  return keys.length === grouped.keys.length ? keys : keys.slice(at, at + grouped.keys.length);
}
