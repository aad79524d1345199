import { storeError } from "./errors.ts";
import type { Commit, Entry, LeaseId, Revision, RevisionStore } from "./revision-store.ts";

export interface CopyOptions {
  /** What keys start with on either side. */
  readonly prefixes: { readonly from: string; readonly to: string };
  readonly signal: AbortSignal;
}

const PAGE_ENTRIES = 500;
/** Keys under one lease; what has a time to live gets it anew, as a lease cannot be read. */
const LEASE_KEYS = 1_000;
const EVENT_SECONDS = 3_600;
const IN_FLIGHT = 64;
const RAISE_KEY = "skates_raise_revision/";

/**
 * Copies what is under a prefix, as of now, in the order of the keys. Over transformed stores values are decrypted as the source is
 * configured and encrypted as the target is. Nobody else may write meanwhile. Returns the number of keys.
 */
export async function copyStore(
  source: RevisionStore,
  target: RevisionStore,
  { prefixes, signal }: CopyOptions,
): Promise<number> {
  let revision: Revision | undefined;
  let start: string | undefined;
  let copied = 0;
  const leases = new LeasesForEvents(target, signal);
  for (;;) {
    const page = await source.range(prefixes.from, { start, limit: PAGE_ENTRIES, revision }, signal);
    revision ??= page.revision;
    const writes = page.entries.map(async (entry: Entry) => {
      const name = entry.key.slice(prefixes.from.length);
      const lease = name.startsWith("events/") ? await leases.next() : undefined;
      return target.commit(prefixes.to + name, 0, entry.value, { lease }, signal);
    });
    for (const commit of await Promise.all(writes)) assertWritten(commit);
    copied += page.entries.length;
    const last = page.entries.at(-1);
    if (!page.more || last === undefined) return copied;
    start = `${last.key}\0`;
  }
}

/** Makes commits that change nothing until the newest revision is at least `revision`. */
export async function raiseStore(store: RevisionStore, revision: Revision, signal: AbortSignal): Promise<void> {
  const bump = async (worker: number): Promise<void> => {
    const key = `${RAISE_KEY}${worker}`;
    const put = await store.commit(key, 0, new Uint8Array(0), {}, signal);
    assertWritten(put);
    if (put.ok) assertWritten(await store.commit(key, put.revision, undefined, {}, signal));
  };
  for (;;) {
    const missing = revision - (await store.head(signal));
    if (missing <= 0) return;
    const workers = Math.min(IN_FLIGHT, Math.ceil(missing / 2));
    await Promise.all(Array.from({ length: workers }, (_, worker) => bump(worker)));
  }
}

class LeasesForEvents {
  readonly #store: RevisionStore;
  readonly #signal: AbortSignal;
  #lease: Promise<LeaseId> | undefined;
  #keys = 0;

  constructor(store: RevisionStore, signal: AbortSignal) {
    this.#store = store;
    this.#signal = signal;
  }

  next(): Promise<LeaseId> {
    if (this.#lease === undefined || this.#keys++ >= LEASE_KEYS) {
      this.#lease = this.#store.grant(EVENT_SECONDS, this.#signal);
      this.#keys = 1;
    }
    return this.#lease;
  }
}

function assertWritten(commit: Commit): void {
  if (commit.ok) return;
  throw storeError(
    "WriteFailed",
    `${commit.current?.key ?? "a key"} is there already: nobody else may write meanwhile`,
  );
}
