import type { Change, Revision } from "../revision-store.ts";

/** The last changes, without gaps up to the newest, within a number of bytes; for watchers that keep up. */
export class RecentChanges {
  readonly #limitBytes: number;
  #changes: Change[] = [];
  /** Dropped ones at the front of the array, cut off now and then. */
  #dropped = 0;
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** `change` is the one right after the last. */
  push(change: Change): void {
    this.#changes.push(change);
    this.#bytes += sizeOf(change);
    while (this.#bytes > this.#limitBytes && this.#dropped < this.#changes.length - 1) this.#dropOldest();
    if (this.#dropped > 1024 && this.#dropped > this.#changes.length / 2) {
      this.#changes = this.#changes.slice(this.#dropped);
      this.#dropped = 0;
    }
  }

  get(revision: Revision): Change | undefined {
    const first = this.#first();
    if (first === undefined || revision < first) return undefined;
    return this.#changes[this.#dropped + (revision - first)];
  }

  /** Up to `limit` changes later than `after`; undefined when the first of them is no longer here. */
  since(after: Revision, limit: number): readonly Change[] | undefined {
    const first = this.#first();
    if (first === undefined || after + 1 < first) return undefined;
    const from = this.#dropped + (after + 1 - first);
    return this.#changes.slice(from, from + limit);
  }

  #first(): Revision | undefined {
    return this.#changes[this.#dropped]?.revision;
  }

  #dropOldest(): void {
    const oldest = this.#changes[this.#dropped];
    if (oldest === undefined) return;
    this.#bytes -= sizeOf(oldest);
    // Leaves a light place holder: the array is cut only now and then.
    this.#changes[this.#dropped] = GONE;
    this.#dropped++;
  }
}

const GONE: Change = { key: "", value: undefined, previous: undefined, revision: 0 };
const CHANGE_BYTES = 200;

function sizeOf(change: Change): number {
  return CHANGE_BYTES + change.key.length + (change.value?.length ?? 0) + (change.previous?.value.length ?? 0);
}
