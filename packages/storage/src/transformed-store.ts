import type { Change, CommitBatch, Entry, Page, RevisionStore } from "./revision-store.ts";
import type { ValueTransformer } from "./transformer.ts";

/**
 * The store as callers see it when all values pass a transformer on their way in and out. `store` belongs to the result from now on.
 * Snapshots hold what is stored: whoever restores one needs the keys.
 */
export function transformedStore(store: RevisionStore, transformer: ValueTransformer): RevisionStore {
  const entryOf = (entry: Entry): Entry | Promise<Entry> =>
    then(transformer.fromStorage(entry.key, entry.value), (value) =>
      value === entry.value ? entry : { ...entry, value },
    );
  const changeOf = (change: Change): Change | Promise<Change> => {
    const { key, value, previous } = change;
    const now = value === undefined ? undefined : transformer.fromStorage(key, value);
    const before = previous === undefined ? undefined : entryOf(previous);
    if (now === value && before === previous) return change;
    return then(now, (opened) => then(before, (entry) => ({ ...change, value: opened, previous: entry })));
  };
  return {
    async range(prefix, options, signal): Promise<Page> {
      const page = await store.range(prefix, options, signal);
      return { ...page, entries: await all(page.entries, entryOf) };
    },
    async commit(key, expected, value, options, signal) {
      const stored = value === undefined ? undefined : transformer.toStorage(key, value);
      const commit = await store.commit(key, expected, stored, options, signal);
      return commit.ok || commit.current === undefined ? commit : { ...commit, current: await entryOf(commit.current) };
    },
    async *watch(prefix, after, signal): AsyncGenerator<CommitBatch, void, undefined> {
      for await (const batch of store.watch(prefix, after, signal)) {
        yield batch.changes.length === 0 ? batch : { ...batch, changes: await all(batch.changes, changeOf) };
      }
    },
    head: (signal) => store.head(signal),
    grant: (ttlSeconds, signal) => store.grant(ttlSeconds, signal),
    compact: (before, signal) => store.compact(before, signal),
    compacted: () => store.compacted(),
    snapshot: (signal) => store.snapshot(signal),
    close: () => store.close(),
  };
}

/** At once where the value is there: a promise for each change would be felt by every write. */
function then<A, B>(value: A | Promise<A>, next: (value: A) => B | Promise<B>): B | Promise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** One after the other, so that a key service is asked once for values that share a key. */
async function all<T>(values: readonly T[], change: (value: T) => T | Promise<T>): Promise<readonly T[]> {
  const out: T[] = [];
  for (const value of values) {
    const changed = change(value);
    out.push(changed instanceof Promise ? await changed : changed);
  }
  return out;
}
