import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";
import type { AffinityTerm, WeightedTerm } from "./pod-terms.ts";
import { type Slots, SlotWatch } from "./slot-counts.ts";

/** Kinds of pods for which it is kept which terms mean them. */
const MATCHES_MAX = 1024;

interface Entry {
  readonly term: AffinityTerm;
  /** Nodes with pods that hold it. */
  readonly slots: Set<number>;
}

const NO_SUMS: ReadonlyMap<string, WeightedTerm> = new Map();

/** The terms that pods on nodes hold about others: few even where pods are many, for pods of one kind hold the same. */
export class TermIndex {
  readonly #held: (pod: PodInfo) => Iterable<WeightedTerm>;
  readonly #watch = new SlotWatch();
  readonly #entries = new Map<string, Entry>();
  readonly #idsBySlot: (readonly string[])[] = [];
  readonly #matches = new Map<string, readonly AffinityTerm[]>();
  #matchesStamp = 0;

  constructor(held: (pod: PodInfo) => Iterable<WeightedTerm>) {
    this.#held = held;
  }

  refresh(slots: Slots): this {
    this.#watch.refresh(slots, (slot, node) => this.#change(slot, node));
    return this;
  }

  /** The terms that mean a pod. `stamp`: another one when `means` may judge otherwise. */
  matching(
    { namespace, pod }: PodInfo,
    { means, stamp }: { readonly means: (term: AffinityTerm) => boolean; readonly stamp: number },
  ): readonly AffinityTerm[] {
    if (this.#entries.size === 0) return [];
    if (stamp !== this.#matchesStamp || this.#matches.size >= MATCHES_MAX) this.#matches.clear();
    this.#matchesStamp = stamp;
    const id = JSON.stringify([namespace, pod.metadata.labels]);
    let found = this.#matches.get(id);
    if (found === undefined) {
      found = [...this.#entries.values()].map(({ term }) => term).filter(means);
      this.#matches.set(id, found);
    }
    return found;
  }

  /** Some pod holds a term. */
  get held(): boolean {
    return this.#entries.size > 0;
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
      entry?.slots.delete(slot);
    }
    const before = this.#idsBySlot[slot] ?? [];
    const sums = node === undefined || node.podsWithTerms.size === 0 ? NO_SUMS : this.onNode(node);
    for (const [id, { term }] of sums) {
      let entry = this.#entries.get(id);
      if (entry === undefined) {
        this.#entries.set(id, (entry = { term, slots: new Set() }));
        this.#matches.clear();
      }
      entry.slots.add(slot);
    }
    this.#idsBySlot[slot] = [...sums.keys()];
    for (const id of before) {
      if (this.#entries.get(id)?.slots.size !== 0) continue;
      this.#entries.delete(id);
      this.#matches.clear();
    }
  }
}
