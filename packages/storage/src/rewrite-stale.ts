import type { Entry, RevisionStore } from "./revision-store.ts";
import type { ValueTransformer } from "./transformer.ts";

export interface RewriteOptions {
  readonly prefixes: readonly string[];
  /** Keys below this one have leases, which they would lose: they are left to end by themselves. */
  readonly leased: string;
  readonly signal: AbortSignal;
}

const PAGE_ENTRIES = 200;

/**
 * Writes anew what is stored with a key or method that is no longer the first one. `store` holds the values as stored. Objects that
 * others write meanwhile are theirs to write. Returns how many were written.
 */
export async function rewriteStale(
  store: RevisionStore,
  transformer: ValueTransformer,
  { prefixes, leased, signal }: RewriteOptions,
): Promise<number> {
  let written = 0;
  for (const prefix of prefixes) {
    let start: string | undefined;
    for (;;) {
      const page = await store.range(prefix, { start, limit: PAGE_ENTRIES }, signal);
      for (const entry of page.entries) {
        if (entry.key.startsWith(leased) || !transformer.isStale(entry.key, entry.value)) continue;
        if (await rewrite(store, transformer, { entry, signal })) written += 1;
      }
      const last = page.entries.at(-1);
      if (!page.more || last === undefined) break;
      start = `${last.key}\0`;
    }
  }
  return written;
}

async function rewrite(
  store: RevisionStore,
  transformer: ValueTransformer,
  { entry: { key, value, modified }, signal }: { readonly entry: Entry; readonly signal: AbortSignal },
): Promise<boolean> {
  const opened = await transformer.fromStorage(key, value);
  const commit = await store.commit(key, modified, transformer.toStorage(key, opened), {}, signal);
  return commit.ok;
}
