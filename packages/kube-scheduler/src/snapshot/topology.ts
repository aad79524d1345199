import { grown, type Slots, SlotWatch } from "./slot-counts.ts";

/** Which part of the cluster each node is in, by one label. Parts are numbered. */
export class Topology {
  readonly key: string;
  readonly #watch = new SlotWatch();
  readonly #ids = new Map<string, number>();
  #domains = new Int32Array(64).fill(-1);
  /** By domain: its nodes. */
  #sizes = new Int32Array(64);
  /** Domains with more than one node. */
  #shared = 0;
  #stamp = 0;

  constructor(key: string) {
    this.key = key;
  }

  refresh(slots: Slots): this {
    // Names of parts that are gone are kept, but not without end.
    if (this.#ids.size > 2 * slots.nodes.length + 64) {
      this.#ids.clear();
      this.#domains.fill(-1);
      this.#sizes.fill(0);
      this.#shared = 0;
      this.#stamp++;
      this.#watch.reset();
    }
    const { single } = this;
    const before = this.#domains.length;
    this.#domains = grown(this.#domains, slots.nodes.length);
    this.#domains.fill(-1, before);
    this.#watch.refresh(slots, (slot, node) => {
      const value = node?.node.metadata.labels?.[this.key];
      const domain = value === undefined ? -1 : this.#idOf(value);
      const old = this.domainOf(slot);
      if (domain === old) return;
      if (old >= 0) this.#resize(old, -1);
      if (domain >= 0) this.#resize(domain, 1);
      this.#domains[slot] = domain;
    });
    if (single !== this.single) this.#stamp++;
    return this;
  }

  /** The number of the node's part; -1 if the node lacks the label. */
  domainOf(slot: number): number {
    return this.#domains[slot] ?? -1;
  }

  /** All numbers are below this. */
  get size(): number {
    return this.#ids.size;
  }

  /** No two nodes are in the same part. */
  get single(): boolean {
    return this.#shared === 0;
  }

  /** Another number when parts were numbered anew, or `single` changed. */
  get stamp(): number {
    return this.#stamp;
  }

  #idOf(value: string): number {
    let id = this.#ids.get(value);
    if (id === undefined) this.#ids.set(value, (id = this.#ids.size));
    return id;
  }

  #resize(domain: number, change: 1 | -1): void {
    this.#sizes = grown(this.#sizes, domain + 1);
    const size = (this.#sizes[domain] ?? 0) + change;
    this.#sizes[domain] = size;
    if (size === 2 && change === 1) this.#shared++;
    if (size === 1 && change === -1) this.#shared--;
  }
}
