import { pick, type Random } from "@skates/component-base";
import { AMOUNTS } from "../snapshot/node-amounts.ts";
import type { Evaluation, Survivors } from "./evaluation.ts";
import type { Judging } from "./judging.ts";
import type { Block, RowSet } from "./node-blocks.ts";
import type { NodeGroup } from "./node-groups.ts";

/** True if all that the judges say can be said of rows of amounts. */
export function judgeByRows(judges: readonly Judging[]): boolean {
  return judges.every(({ judge }) => {
    const { byRow } = judge;
    const filters = judge.filter !== undefined && judge.passesAll !== true;
    if (filters && byRow?.passes === undefined) return false;
    return judge.score === undefined || (byRow?.scoreAtMost !== undefined && judge.normalize === undefined);
  });
}

export interface BlockSearch {
  readonly evaluation: Evaluation;
  /** Those who have not been asked in the evaluation; they judge by rows. */
  readonly others: readonly Judging[];
  readonly rows: Float64Array;
  readonly random: Random;
}

/**
 * One of the slots with the highest total, by chance, and how many pass all filters; undefined: none. Of most blocks nothing is asked but
 * whether their best corner passes, their worst does, and how much the best can be worth: nodes are looked at only where corners disagree,
 * and where something better than the best so far, or as good, may be.
 */
export function bestInBlocks(search: BlockSearch): { readonly slot: number; readonly feasible: number } | undefined {
  const { evaluation, others, rows } = search;
  const passing = passingBlocks(search);
  const feasible: Survivors[] = [...passing.sizes].map(([group, size]) => ({ group, size }));
  if (feasible.length === 0) return undefined;
  const bonuses = evaluation.bonuses(feasible);
  const bonusOf = new Map(feasible.map(({ group }, i) => [group, bonuses[i] ?? 0]));
  const scoring = others.filter(({ judge }) => judge.score !== undefined);
  const best = new Best();
  const fixed = passing.blocks.map(({ block }) => block.score + (bonusOf.get(block.group) ?? 0));
  const bounds = passing.blocks.map(({ block }, i) => (fixed[i] ?? 0) + atMost(scoring, block));
  const first = bounds.indexOf(Math.max(...bounds));
  for (let i = -1; i < bounds.length; i++) {
    const at = i < 0 ? first : i;
    const one = passing.blocks[at];
    if (one === undefined || i === first || (bounds[at] ?? 0) < best.total) continue;
    for (const set of one.block.sets) {
      const row = (set.slots[0] ?? 0) * AMOUNTS;
      if (one.all || passes(others, rows, row)) best.offer(set, (fixed[at] ?? 0) + scored(scoring, rows, row));
    }
  }
  return { slot: best.pick(search.random), feasible: feasible.reduce((sum, { size }) => sum + size, 0) };
}

function atMost(judges: readonly Judging[], { box }: Block): number {
  let sum = 0;
  for (const { judge, weight } of judges) sum += weight * (judge.byRow?.scoreAtMost?.(box) ?? 0);
  return sum;
}

function scored(judges: readonly Judging[], rows: Float64Array, at: number): number {
  let sum = 0;
  for (const { judge, weight } of judges) sum += weight * (judge.byRow?.score?.(rows, at) ?? 0);
  return sum;
}

interface Passing {
  readonly block: Block;
  /** All of its nodes pass. */
  readonly all: boolean;
}

/** The blocks in which some node passes all filters, and how many do in each group. */
function passingBlocks({ evaluation, others, rows }: BlockSearch): {
  readonly blocks: readonly Passing[];
  readonly sizes: ReadonlyMap<NodeGroup, number>;
} {
  const filtering = others.filter(({ judge }) => judge.filter !== undefined && judge.passesAll !== true);
  const groups = new Set(evaluation.survivors().map(({ group }) => group));
  const blocks: Passing[] = [];
  const sizes = new Map<NodeGroup, number>();
  for (const block of evaluation.blocks()) {
    if (!groups.has(block.group) || !passes(filtering, block.box.high, 0)) continue;
    const all = passes(filtering, block.box.low, 0);
    let size = all ? block.size : 0;
    if (!all) {
      for (const { slots } of block.sets) if (passes(filtering, rows, (slots[0] ?? 0) * AMOUNTS)) size += slots.length;
    }
    if (size === 0) continue;
    blocks.push({ block, all });
    sizes.set(block.group, (sizes.get(block.group) ?? 0) + size);
  }
  return { blocks, sizes };
}

function passes(judges: readonly Judging[], rows: Float64Array, at: number): boolean {
  for (const { judge } of judges) if (judge.byRow?.passes?.(rows, at) === false) return false;
  return true;
}

/** The sets with the highest total so far. */
class Best {
  total = Number.NEGATIVE_INFINITY;
  readonly #sets: RowSet[] = [];
  #size = 0;

  offer(set: RowSet, total: number): void {
    if (total < this.total) return;
    if (total > this.total) {
      this.total = total;
      this.#sets.length = 0;
      this.#size = 0;
    }
    this.#sets.push(set);
    this.#size += set.slots.length;
  }

  pick(random: Random): number {
    let skip = this.#size > 1 ? pick(random, this.#size) : 0;
    for (const { slots } of this.#sets) {
      const slot = slots[skip];
      if (slot !== undefined) return slot;
      skip -= slots.length;
    }
    throw new RangeError("there is no candidate");
  }
}
