import { AMOUNT, AMOUNTS, type NodeAmounts } from "../snapshot/node-amounts.ts";
import { clear, emptyBox, include, type RowBox } from "../snapshot/row-box.ts";
import type { NodeGroup } from "./node-groups.ts";

/** Nodes of a block whose rows of amounts are equal. There is at least one. */
export interface RowSet {
  readonly kind: number;
  readonly slots: number[];
  /** Where it stands among those of its block. */
  place: number;
}

/** Nodes of one group and with one score of their own, whose amounts are nearly alike. */
export interface Block {
  readonly id: string;
  readonly group: NodeGroup;
  readonly score: number;
  readonly sets: readonly RowSet[];
  readonly size: number;
  /** Holds all their rows, and perhaps more. */
  readonly box: RowBox;
}

/**
 * All nodes that are in groups, by what is free of them: what can be said of the box around a block need not be asked of its nodes. How
 * many blocks there are depends on how different nodes are, not on how many.
 */
export class NodeBlocks {
  readonly #amounts: NodeAmounts;
  readonly #blocks = new Map<string, OpenBlock>();
  readonly #blockOf: (OpenBlock | undefined)[] = [];
  readonly #setOf: (RowSet | undefined)[] = [];
  readonly #places: number[] = [];

  constructor(amounts: NodeAmounts) {
    this.#amounts = amounts;
  }

  /** The blocks. None of them is empty, but only until something changes. */
  all(): Iterable<Block> {
    for (const block of this.#blocks.values()) block.tighten(this.#amounts.rows);
    return this.#blocks.values();
  }

  add(slot: number, group: NodeGroup, score: number): void {
    const id = `${group.id}/${score}/${cellOf(this.#amounts.rows, slot * AMOUNTS)}`;
    let block = this.#blocks.get(id);
    if (block === undefined) this.#blocks.set(id, (block = new OpenBlock(id, group, score)));
    const set = block.join(this.#amounts.kindOf(slot));
    this.#places[slot] = set.slots.push(slot) - 1;
    block.size++;
    include(block.box, this.#amounts.rows, slot * AMOUNTS);
    this.#blockOf[slot] = block;
    this.#setOf[slot] = set;
  }

  remove(slot: number): void {
    const block = this.#blockOf[slot];
    const set = this.#setOf[slot];
    if (block === undefined || set === undefined) return;
    this.#blockOf[slot] = undefined;
    this.#setOf[slot] = undefined;
    const last = set.slots.pop() ?? slot;
    if (last !== slot) {
      const place = this.#places[slot] ?? 0;
      set.slots[place] = last;
      this.#places[last] = place;
    }
    block.size--;
    if (set.slots.length === 0) block.leave(set);
    if (block.size === 0) this.#blocks.delete(block.id);
  }
}

class OpenBlock implements Block {
  readonly id: string;
  readonly group: NodeGroup;
  readonly score: number;
  readonly sets: RowSet[] = [];
  readonly box = emptyBox(AMOUNTS);
  size = 0;
  readonly #byKind = new Map<number, RowSet>();
  /** Sets that have gone since the box was fitted. */
  #gone = 0;

  constructor(id: string, group: NodeGroup, score: number) {
    this.id = id;
    this.group = group;
    this.score = score;
  }

  join(kind: number): RowSet {
    let set = this.#byKind.get(kind);
    if (set === undefined) {
      set = { kind, slots: [], place: this.sets.length };
      this.#byKind.set(kind, set);
      this.sets.push(set);
    }
    return set;
  }

  leave(set: RowSet): void {
    this.#byKind.delete(set.kind);
    this.#gone++;
    const last = this.sets.pop();
    if (last === undefined || last === set) return;
    this.sets[set.place] = last;
    last.place = set.place;
  }

  /** Fits the box again once as many sets have gone as there are. */
  tighten(rows: Float64Array): void {
    if (this.#gone < this.sets.length) return;
    this.#gone = 0;
    clear(this.box);
    for (const { slots } of this.sets) include(this.box, rows, (slots[0] ?? 0) * AMOUNTS);
  }
}

/** So many steps from full to empty. */
const STEPS = 32;
/** What nodes offer is told apart by so many steps until it doubles. */
const STEPS_TO_DOUBLE = 4;

/** Equal for rows that are nearly alike in cpu and memory. */
function cellOf(rows: Float64Array, at: number): number {
  const cpu = rows[at + AMOUNT.cpu] ?? 0;
  const memory = rows[at + AMOUNT.memory] ?? 0;
  const offered =
    Math.round(Math.log2(cpu + 1) * STEPS_TO_DOUBLE) * 1024 + Math.round(Math.log2(memory + 1) * STEPS_TO_DOUBLE);
  const free =
    step(rows[at + AMOUNT.scoredCpu] ?? 0, cpu) * 2 * STEPS + step(rows[at + AMOUNT.scoredMemory] ?? 0, memory);
  return offered * (2 * STEPS) ** 2 + free;
}

function step(free: number, of: number): number {
  return of === 0 ? 0 : Math.max(0, Math.ceil((free * STEPS) / of));
}
