import type { NodeInfo } from "../snapshot/node-info.ts";
import type { Slots } from "../snapshot/slot-counts.ts";
import type { Topology } from "../snapshot/topology.ts";

/** Numbers of single nodes, and what one would be for a node that looks otherwise. */
export interface PerNode {
  at(slot: number): number;
  of(node: NodeInfo): number;
}

/** Sums over parts of the cluster. */
export class DomainSums {
  readonly #slots: Slots;
  readonly #topology: Topology;
  readonly #perNode: PerNode;
  readonly #sums: Float64Array;

  /** Nothing is counted yet. */
  constructor({
    slots,
    topology,
    perNode,
  }: { readonly slots: Slots; readonly topology: Topology; readonly perNode: PerNode }) {
    this.#slots = slots;
    this.#topology = topology;
    this.#perNode = perNode;
    this.#sums = new Float64Array(topology.size);
  }

  /** Counts a node for its part. */
  add(slot: number): void {
    const domain = this.#topology.domainOf(slot);
    if (domain >= 0) this.#sums[domain] = (this.#sums[domain] ?? 0) + this.#perNode.at(slot);
  }

  addAll(): this {
    for (let slot = 0; slot < this.#slots.nodes.length; slot++) this.add(slot);
    return this;
  }

  /** True if all sums are zero. */
  get empty(): boolean {
    return this.#sums.every((sum) => sum === 0);
  }

  /** The sum over the part that the node is in, with this node as it looks; undefined if it lacks the label. */
  at(node: NodeInfo): number | undefined {
    const { slot } = node;
    const domain = this.#topology.domainOf(slot);
    if (domain < 0) return undefined;
    const sum = this.#sums[domain] ?? 0;
    return this.#slots.nodes[slot] === node ? sum : sum - this.#perNode.at(slot) + this.#perNode.of(node);
  }
}
