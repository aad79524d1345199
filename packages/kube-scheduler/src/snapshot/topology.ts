import { grown, type Slots, SlotWatch } from "./slot-counts.ts";

/** Which part of the cluster each node is in, by one label. Parts are numbered. */
export class Topology {
  readonly key: string;
  readonly #watch = new SlotWatch();
  readonly #ids = new Map<string, number>();
  #domains = new Int32Array(64).fill(-1);

  constructor(key: string) {
    this.key = key;
  }

  refresh(slots: Slots): this {
    // Names of parts that are gone are kept, but not without end.
    if (this.#ids.size > 2 * slots.nodes.length + 64) {
      this.#ids.clear();
      this.#watch.reset();
    }
    this.#domains = grown(this.#domains, slots.nodes.length);
    this.#watch.refresh(slots, (slot, node) => {
      const value = node?.node.metadata.labels?.[this.key];
      this.#domains[slot] = value === undefined ? -1 : this.#idOf(value);
    });
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

  #idOf(value: string): number {
    let id = this.#ids.get(value);
    if (id === undefined) this.#ids.set(value, (id = this.#ids.size));
    return id;
  }
}
