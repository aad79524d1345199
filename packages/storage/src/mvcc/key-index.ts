import type { LeaseId, Revision } from "../revision-store.ts";
import { SortedKeys } from "./sorted-keys.ts";

/** What is known in memory of one key: where its changes are, not its values. */
export interface KeyHistory {
  readonly key: string;
  /** Revisions of its changes that are kept, ascending; a deletion is negative. */
  readonly changes: Revision[];
  /** When the living generation was created. */
  created: Revision;
  lease: LeaseId;
}

/** A change of a key as the index needs it. */
export interface IndexedChange {
  readonly key: string;
  readonly revision: Revision;
  readonly deleted: boolean;
  readonly created: Revision;
  readonly lease: LeaseId;
}

/** Which keys there are at which revision. Reflects durable commits only. */
export class KeyIndex {
  readonly #keys = new SortedKeys<KeyHistory>();
  /** Those with something that a compaction could drop. */
  readonly #trimmable = new Set<KeyHistory>();

  get(key: string): KeyHistory | undefined {
    return this.#keys.get(key);
  }

  apply(change: IndexedChange): KeyHistory {
    let history = this.#keys.get(change.key);
    if (history === undefined) {
      history = { key: change.key, changes: [], created: 0, lease: 0n };
      this.#keys.add(history);
    }
    history.changes.push(change.deleted ? -change.revision : change.revision);
    history.created = change.created;
    history.lease = change.lease;
    if (history.changes.length > 1 || change.deleted) this.#trimmable.add(history);
    return history;
  }

  /** Living keys under `prefix`, from `start` on, as of `revision`: each with the revision of its version then. */
  *walk(prefix: string, start: string, revision: Revision): IterableIterator<KeyAt> {
    for (const history of this.#keys.from(start)) {
      if (!history.key.startsWith(prefix)) return;
      const modified = versionAt(history, revision);
      if (modified > 0) yield { key: history.key, modified };
    }
  }

  /** Forgets what no read at or after `before` needs, and says which records that frees. */
  trim(before: Revision): Revision[] {
    const dropped: Revision[] = [];
    for (const history of this.#trimmable) {
      const { changes } = history;
      let kept = changes.length;
      while (kept > 0 && Math.abs(changes[kept - 1] ?? 0) > before) kept--;
      // The last change up to `before` still shows, unless it is a deletion.
      if (kept > 0 && (changes[kept - 1] ?? 0) > 0) kept--;
      for (const revision of changes.splice(0, kept)) dropped.push(Math.abs(revision));
      if (changes.length === 0) this.#keys.delete(history.key);
      if (changes.length === 0 || (changes.length === 1 && isAlive(history))) this.#trimmable.delete(history);
    }
    return dropped;
  }
}

export interface KeyAt {
  readonly key: string;
  readonly modified: Revision;
}

/** The newest revision of the key; 0 when it does not exist now. */
export function liveRevision(history: KeyHistory | undefined): Revision {
  return Math.max(0, history?.changes.at(-1) ?? 0);
}

function isAlive(history: KeyHistory): boolean {
  return liveRevision(history) > 0;
}

/** The revision of the version visible at `revision`; 0 or less when there was none. */
function versionAt(history: KeyHistory, revision: Revision): Revision {
  const { changes } = history;
  for (let i = changes.length - 1; i >= 0; i--) {
    const at = changes[i] ?? 0;
    if (Math.abs(at) <= revision) return at;
  }
  return 0;
}
