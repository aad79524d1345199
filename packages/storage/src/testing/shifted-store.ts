import type { Change, Commit, Entry, Page, Revision, RevisionStore } from "../revision-store.ts";

/** A part of a store, under a prefix of its own, seen as a store whose history begins where that of `store` stands now. */
export async function shiftedStore(store: RevisionStore, prefix: string): Promise<RevisionStore> {
  const base = await store.head(new AbortController().signal);
  const shorter = (key: string): string => key.slice(prefix.length);
  const less = (revision: Revision): Revision => Math.max(0, revision - base);
  const entry = (e: Entry): Entry => ({
    ...e,
    key: shorter(e.key),
    modified: less(e.modified),
    created: less(e.created),
  });
  const change = (c: Change): Change => ({
    ...c,
    key: shorter(c.key),
    revision: less(c.revision),
    previous: c.previous && entry(c.previous),
  });
  return {
    async range(under, options, signal): Promise<Page> {
      const { start, revision } = options;
      const page = await store.range(
        prefix + under,
        {
          ...options,
          start: start === undefined ? undefined : prefix + start,
          revision: revision === undefined ? undefined : revision + base,
        },
        signal,
      );
      return { ...page, entries: page.entries.map(entry), revision: less(page.revision) };
    },
    async commit(key, expected, value, options, signal): Promise<Commit> {
      const at = expected === 0 ? 0 : expected + base;
      const commit = await store.commit(prefix + key, at, value, options, signal);
      return commit.ok
        ? { ok: true, revision: less(commit.revision) }
        : { ok: false, revision: less(commit.revision), current: commit.current && entry(commit.current) };
    },
    async *watch(under, after, signal) {
      for await (const batch of store.watch(prefix + under, after + base, signal)) {
        yield { changes: batch.changes.map(change), revision: less(batch.revision) };
      }
    },
    head: async (signal) => less(await store.head(signal)),
    grant: (ttlSeconds, signal) => store.grant(ttlSeconds, signal),
    compact: (before, signal) => store.compact(before + base, signal),
    compacted: () => less(store.compacted()),
    snapshot: (signal) => store.snapshot(signal),
    close: () => store.close(),
  };
}
