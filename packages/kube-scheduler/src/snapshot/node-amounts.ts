import type { NodeInfo } from "./node-info.ts";
import { RowKinds } from "./row-kinds.ts";

/** Numbers of a node at these places of its row. Of all but what it offers, more is better. */
export const AMOUNT = {
  cpu: 0,
  memory: 1,
  freeCpu: 2,
  freeMemory: 3,
  freeEphemeral: 4,
  /** What scores count as free. */
  scoredCpu: 5,
  scoredMemory: 6,
  /** Pods that it can still take. */
  pods: 7,
} as const;

/** Places per row. */
export const AMOUNTS = 8;

/**
 * What nodes offer and what is used of it, by slot, row after row in one array: who looks at many nodes reads memory in order, where going
 * from node to node costs several times as much.
 */
export class NodeAmounts {
  #rows = new Float64Array(64 * AMOUNTS);
  readonly #kinds = new RowKinds(AMOUNTS);
  /** Slots whose kind is to be found out when somebody asks. */
  readonly #changed = new Set<number>();
  /** Another one after each change. */
  #version = 0;

  /** The row of slot `n` begins at `n * AMOUNTS`. Another array after each change of the cluster, perhaps. */
  get rows(): Float64Array {
    return this.#rows;
  }

  /**
   * The answers about rows, by slot; `at` is where a row begins. An answer must depend on nothing but the row: rows that are alike are
   * asked about once, as long as nothing changes.
   */
  memo(answer: (rows: Float64Array, at: number) => number): (slot: number) => number {
    let version = -1;
    let known: Float64Array | undefined;
    let kindOf = this.#kinds.kindOf;
    return (slot) => {
      if (version !== this.#version) {
        version = this.#version;
        this.#settle();
        kindOf = this.#kinds.kindOf;
        known = this.#kinds.few ? new Float64Array(this.#kinds.limit).fill(Number.NaN) : undefined;
      }
      if (known === undefined) return answer(this.#rows, slot * AMOUNTS);
      const kind = kindOf[slot] ?? 0;
      const before = known[kind] ?? Number.NaN;
      return Number.isNaN(before) ? (known[kind] = answer(this.#rows, slot * AMOUNTS)) : before;
    };
  }

  /** Slots with equal rows have equal kinds, until something changes. */
  kindOf(slot: number): number {
    this.#settle();
    return this.#kinds.kindOf[slot] ?? 0;
  }

  #settle(): void {
    for (const slot of this.#changed) this.#kinds.set(slot, this.#rows);
    this.#changed.clear();
  }

  /** Notes what a node looks like now; undefined: the slot is empty. */
  set(slot: number, node: NodeInfo | undefined): void {
    const at = slot * AMOUNTS;
    this.#version++;
    this.#changed.add(slot);
    if (at + AMOUNTS > this.#rows.length) {
      const larger = new Float64Array(Math.max(at + AMOUNTS, this.#rows.length * 2));
      larger.set(this.#rows);
      this.#rows = larger;
    }
    const rows = this.#rows;
    if (node === undefined) {
      rows.fill(0, at, at + AMOUNTS);
      return;
    }
    const { allocatable, requested, scored } = node;
    rows[at + AMOUNT.cpu] = allocatable.milliCpu;
    rows[at + AMOUNT.memory] = allocatable.memoryBytes;
    rows[at + AMOUNT.freeCpu] = allocatable.milliCpu - requested.milliCpu;
    rows[at + AMOUNT.freeMemory] = allocatable.memoryBytes - requested.memoryBytes;
    rows[at + AMOUNT.freeEphemeral] = allocatable.ephemeralBytes - requested.ephemeralBytes;
    rows[at + AMOUNT.scoredCpu] = allocatable.milliCpu - scored.milliCpu;
    rows[at + AMOUNT.scoredMemory] = allocatable.memoryBytes - scored.memoryBytes;
    rows[at + AMOUNT.pods] = node.allocatablePods - node.pods.size;
  }
}
