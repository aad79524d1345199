import type { NodeInfo } from "./node-info.ts";

/** Numbers of a node at these places of its row. */
export const AMOUNT = {
  cpu: 0,
  memory: 1,
  ephemeral: 2,
  usedCpu: 3,
  usedMemory: 4,
  usedEphemeral: 5,
  scoredCpu: 6,
  scoredMemory: 7,
  /** Pods that it can still take. */
  pods: 8,
} as const;

/** Places per row. */
export const AMOUNTS = 9;

/**
 * What nodes offer and what is used of it, by slot, row after row in one array: who looks at many nodes reads memory in order, where going
 * from node to node costs several times as much.
 */
export class NodeAmounts {
  #rows = new Float64Array(64 * AMOUNTS);

  /** The row of slot `n` begins at `n * AMOUNTS`. Another array after each change of the cluster, perhaps. */
  get rows(): Float64Array {
    return this.#rows;
  }

  /** Notes what a node looks like now; undefined: the slot is empty. */
  set(slot: number, node: NodeInfo | undefined): void {
    const at = slot * AMOUNTS;
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
    rows[at + AMOUNT.ephemeral] = allocatable.ephemeralBytes;
    rows[at + AMOUNT.usedCpu] = requested.milliCpu;
    rows[at + AMOUNT.usedMemory] = requested.memoryBytes;
    rows[at + AMOUNT.usedEphemeral] = requested.ephemeralBytes;
    rows[at + AMOUNT.scoredCpu] = scored.milliCpu;
    rows[at + AMOUNT.scoredMemory] = scored.memoryBytes;
    rows[at + AMOUNT.pods] = node.allocatablePods - node.pods.size;
  }
}
