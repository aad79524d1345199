import type { NodeInfo } from "./node-info.ts";

/** What a table by slot needs to know of the nodes. */
export interface Slots {
  readonly nodes: readonly (NodeInfo | undefined)[];
  readonly now: number;
  /** Calls `visit` once for each slot that changed after `seen`, a former `now`; -1: for all. */
  changedSince(seen: number, visit: (slot: number) => void): void;
}

/** Goes through the slots that changed since it did so last. */
export class SlotWatch {
  #seen = -1;

  /** Calls `changed` for each. */
  refresh(slots: Slots, changed: (slot: number, node: NodeInfo | undefined) => void): void {
    if (slots.now === this.#seen) return;
    slots.changedSince(this.#seen, (slot) => changed(slot, slots.nodes[slot]));
    this.#seen = slots.now;
  }

  /** All slots count as changed. */
  reset(): void {
    this.#seen = -1;
  }
}

/** The array, or a larger one with the same content. */
export function grown(array: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  if (size <= array.length) return array;
  const larger = new Int32Array(Math.max(size, array.length * 2));
  larger.set(array);
  return larger;
}
