import { pick, type Random } from "@skates/component-base";
import type { Snapshot } from "../snapshot/cluster.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { Judging } from "./judging.ts";

/** In the place of what would come on top of a total: the node does not pass. */
export const OUT = Number.NEGATIVE_INFINITY;

/** Nodes that passed all filters, with their totals at the same places. Used again for every pod. */
export class Candidates {
  readonly #snapshot: Snapshot;
  #slots = new Int32Array(64);
  #totals = new Float64Array(64);
  #count = 0;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    const size = this.#snapshot.nodes.length;
    if (this.#slots.length < size) {
      this.#slots = new Int32Array(size * 2);
      this.#totals = new Float64Array(size * 2);
    }
    this.#count = 0;
  }

  add(slot: number, total: number): void {
    this.#slots[this.#count] = slot;
    this.#totals[this.#count++] = total;
  }

  /** Those of the slots that are not OUT, each with so much and its rating as the total. */
  addRated(slots: readonly number[], score: number, rate: (slot: number) => number): void {
    const found = this.#slots;
    const totals = this.#totals;
    let count = this.#count;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] ?? 0;
      const rating = rate(slot);
      if (rating === OUT) continue;
      found[count] = slot;
      totals[count++] = score + rating;
    }
    this.#count = count;
  }

  /** Adds to the total of each. */
  raise(by: (slot: number) => number): void {
    for (let i = 0; i < this.#count; i++) this.#totals[i] = (this.#totals[i] ?? 0) + by(this.#slots[i] ?? 0);
  }

  /** Adds what these judges give. */
  score(judges: readonly Judging[]): void {
    let feasible: readonly NodeInfo[] | undefined;
    for (const { judge, weight } of judges) {
      if (judge.score === undefined) continue;
      feasible ??= this.#nodes();
      judge.weigh?.(feasible);
      if (judge.normalize === undefined) {
        for (const [i, node] of feasible.entries())
          this.#totals[i] = (this.#totals[i] ?? 0) + weight * judge.score(node);
        continue;
      }
      const scores = new Float64Array(feasible.length);
      for (const [i, node] of feasible.entries()) scores[i] = judge.score(node);
      judge.normalize(scores);
      for (let i = 0; i < this.#count; i++) this.#totals[i] = (this.#totals[i] ?? 0) + weight * (scores[i] ?? 0);
    }
  }

  /** The totals by node. */
  scores(): ReadonlyMap<NodeInfo, number> {
    return new Map(this.#nodes().map((node, i) => [node, this.#totals[i] ?? 0]));
  }

  /** One of those with the highest total, by chance. */
  best(random: Random): { readonly node: NodeInfo; readonly feasible: number } {
    const totals = this.#totals;
    const count = this.#count;
    let max = Number.NEGATIVE_INFINITY;
    let equals = 0;
    for (let i = 0; i < count; i++) {
      const total = totals[i] ?? 0;
      if (total > max) {
        max = total;
        equals = 1;
      } else if (total === max) equals++;
    }
    let skip = equals > 1 ? pick(random, equals) : 0;
    for (let i = 0; i < this.#count; i++) {
      if (this.#totals[i] !== max || skip-- > 0) continue;
      const node = this.#snapshot.nodes[this.#slots[i] ?? 0];
      if (node !== undefined) return { node, feasible: this.#count };
    }
    throw new RangeError("there is no candidate");
  }

  #nodes(): readonly NodeInfo[] {
    const out: NodeInfo[] = [];
    for (let i = 0; i < this.#count; i++) {
      const node = this.#snapshot.nodes[this.#slots[i] ?? 0];
      if (node !== undefined) out.push(node);
    }
    return out;
  }
}
