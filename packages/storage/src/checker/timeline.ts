import type { Revision } from "../revision-store.ts";
import type { Seen, SeenChange } from "./history.ts";

/** What the store held at each revision, from its changes in order. */
export class Timeline {
  readonly #byKey = new Map<string, { readonly revision: Revision; readonly state: Seen | undefined }[]>();
  readonly changes: readonly SeenChange[];

  constructor(changes: readonly SeenChange[]) {
    this.changes = changes;
    for (const { key, value, revision } of changes) {
      const states = this.#byKey.get(key) ?? [];
      const before = states.at(-1)?.state;
      const state =
        value === undefined ? undefined : { key, value, modified: revision, created: before?.created ?? revision };
      states.push({ revision, state });
      this.#byKey.set(key, states);
    }
  }

  /** The key at a revision. */
  at(key: string, revision: Revision): Seen | undefined {
    const states = this.#byKey.get(key) ?? [];
    return states[firstAfter(states, revision) - 1]?.state;
  }

  /** Changes with `after` < revision <= `to`, if all are in order. */
  between(after: Revision, to: Revision): readonly SeenChange[] {
    return this.changes.slice(firstAfter(this.changes, after), firstAfter(this.changes, to));
  }

  /** All keys under a prefix at a revision, in order. */
  all(prefix: string, revision: Revision): Seen[] {
    const keys = [...this.#byKey.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.flatMap((key) => this.at(key, revision) ?? []);
  }
}

/** The place of the first item later than `revision`. */
function firstAfter(items: readonly { readonly revision: Revision }[], revision: Revision): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.revision ?? 0) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
