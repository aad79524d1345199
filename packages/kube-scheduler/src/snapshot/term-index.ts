import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";
import type { AffinityTerm, WeightedTerm } from "./pod-terms.ts";
import { type Slots, SlotWatch } from "./slot-counts.ts";

/** A term that pods hold, with the sum of their weights on each node that has such pods. */
export interface HeldTerm {
  readonly term: AffinityTerm;
  readonly bySlot: ReadonlyMap<number, number>;
}

interface Entry {
  readonly term: AffinityTerm;
  readonly bySlot: Map<number, number>;
}

/** The terms that pods on nodes hold about others: few even where pods are many, for pods of one kind hold the same. */
export class TermIndex {
  readonly #held: (pod: PodInfo) => Iterable<WeightedTerm>;
  readonly #watch = new SlotWatch();
  readonly #entries = new Map<string, Entry>();
  readonly #idsBySlot: (readonly string[])[] = [];

  constructor(held: (pod: PodInfo) => Iterable<WeightedTerm>) {
    this.#held = held;
  }

  refresh(slots: Slots): this {
    this.#watch.refresh(slots, (slot, node) => this.#change(slot, node));
    return this;
  }

  terms(): Iterable<HeldTerm> {
    return this.#entries.values();
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  /** The terms that the pods of a node hold, with the sums of their weights. */
  onNode(node: NodeInfo): Map<string, WeightedTerm> {
    const sums = new Map<string, WeightedTerm>();
    for (const pod of node.podsWithTerms.values()) {
      for (const { term, weight } of this.#held(pod)) {
        sums.set(term.id, { term, weight: (sums.get(term.id)?.weight ?? 0) + weight });
      }
    }
    return sums;
  }

  #change(slot: number, node: NodeInfo | undefined): void {
    for (const id of this.#idsBySlot[slot] ?? []) {
      const entry = this.#entries.get(id);
      entry?.bySlot.delete(slot);
      if (entry?.bySlot.size === 0) this.#entries.delete(id);
    }
    if (node === undefined || node.podsWithTerms.size === 0) {
      this.#idsBySlot[slot] = [];
      return;
    }
    const sums = this.onNode(node);
    for (const [id, { term, weight }] of sums) {
      let entry = this.#entries.get(id);
      if (entry === undefined) this.#entries.set(id, (entry = { term, bySlot: new Map() }));
      entry.bySlot.set(slot, weight);
    }
    this.#idsBySlot[slot] = [...sums.keys()];
  }
}
