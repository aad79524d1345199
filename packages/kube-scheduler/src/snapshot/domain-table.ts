import type { NodeInfo } from "./node-info.ts";
import { grown, type Slots, SlotWatch } from "./slot-counts.ts";
import type { Topology } from "./topology.ts";

/** Sums over the parts of the cluster of a number that each node has, kept up to date node by node. */
export class DomainTable {
  readonly topology: Topology;
  readonly #slots: Slots;
  readonly #contribution: (node: NodeInfo) => number;
  readonly #watch = new SlotWatch();
  /** By slot: what the node contributes, NaN if it does not count, and to which domain. */
  #values = new Float64Array(64).fill(Number.NaN);
  #domains = new Int32Array(64).fill(-1);
  /** By domain: the sum, and how many nodes count. */
  #sums = new Float64Array(64);
  #members = new Int32Array(64);
  /** How often each sum occurs among domains with nodes that count. */
  readonly #histogram = new Map<number, number>();
  #stamp = 0;

  /** `contribution`: the node's number, NaN where it does not count; it depends on nothing but the node. */
  constructor({
    topology,
    slots,
    contribution,
  }: { readonly topology: Topology; readonly slots: Slots; readonly contribution: (node: NodeInfo) => number }) {
    this.topology = topology;
    this.#slots = slots;
    this.#contribution = contribution;
    this.#stamp = topology.stamp;
  }

  refresh(): this {
    this.topology.refresh(this.#slots);
    if (this.topology.stamp !== this.#stamp) this.#clear();
    this.#values = widened(this.#values, this.#slots.nodes.length);
    const before = this.#domains.length;
    this.#domains = grown(this.#domains, this.#slots.nodes.length);
    this.#domains.fill(-1, before);
    this.#watch.refresh(this.#slots, (slot, node) => {
      const domain = this.topology.domainOf(slot);
      const value = node === undefined || domain < 0 ? Number.NaN : this.#contribution(node);
      const oldValue = this.#values[slot] ?? Number.NaN;
      const oldDomain = this.#domains[slot] ?? -1;
      if (domain === oldDomain && Object.is(value, oldValue)) return;
      if (!Number.isNaN(oldValue)) this.#change(oldDomain, -oldValue, -1);
      if (!Number.isNaN(value)) this.#change(domain, value, 1);
      this.#values[slot] = value;
      this.#domains[slot] = domain;
    });
    return this;
  }

  /** What a node contributes as it looks; NaN if it does not count, a missing label aside. */
  of(node: NodeInfo): number {
    return this.#contribution(node);
  }

  /** The sum over a domain; NaN for one without a node that counts. */
  sum(domain: number): number {
    return (this.#members[domain] ?? 0) > 0 ? (this.#sums[domain] ?? 0) : Number.NaN;
  }

  /** The sum over the domain that the node is in, with the node as it looks; NaN if no node counts there. Undefined: the label is missing. */
  at(node: NodeInfo): number | undefined {
    const domain = this.topology.domainOf(node.slot);
    if (domain < 0) return undefined;
    const sum = this.sum(domain);
    if (this.#slots.nodes[node.slot] === node) return sum;
    const before = this.#values[node.slot] ?? Number.NaN;
    const now = this.#contribution(node);
    if (Number.isNaN(before) || Number.isNaN(now)) return sum;
    return sum - before + now;
  }

  /** No domain has a sum other than zero. */
  get empty(): boolean {
    for (const sum of this.#histogram.keys()) if (sum !== 0) return false;
    return true;
  }

  /** Domains with nodes that count. */
  get present(): number {
    let count = 0;
    for (const domains of this.#histogram.values()) count += domains;
    return count;
  }

  /** The smallest sum, `instead` standing for one sum of that value; infinite if there is none. */
  least(instead?: { readonly of: number; readonly sum: number }): number {
    let least = instead?.sum ?? Number.POSITIVE_INFINITY;
    for (const [sum, domains] of this.#histogram) {
      if (sum < least && (sum !== instead?.of || domains > 1)) least = sum;
    }
    return least;
  }

  #change(domain: number, by: number, members: 1 | -1): void {
    this.#sums = widened(this.#sums, domain + 1, 0);
    this.#members = grown(this.#members, domain + 1);
    const count = this.#members[domain] ?? 0;
    const sum = this.#sums[domain] ?? 0;
    if (count > 0) this.#note(sum, -1);
    this.#sums[domain] = sum + by;
    this.#members[domain] = count + members;
    if (count + members > 0) this.#note(sum + by, 1);
  }

  #note(sum: number, change: 1 | -1): void {
    const domains = (this.#histogram.get(sum) ?? 0) + change;
    if (domains === 0) this.#histogram.delete(sum);
    else this.#histogram.set(sum, domains);
  }

  #clear(): void {
    this.#stamp = this.topology.stamp;
    this.#values.fill(Number.NaN);
    this.#domains.fill(-1);
    this.#sums.fill(0);
    this.#members.fill(0);
    this.#histogram.clear();
    this.#watch.reset();
  }
}

function widened(array: Float64Array<ArrayBuffer>, size: number, fill = Number.NaN): Float64Array<ArrayBuffer> {
  if (size <= array.length) return array;
  const larger = new Float64Array(Math.max(size, array.length * 2)).fill(fill);
  larger.set(array);
  return larger;
}
