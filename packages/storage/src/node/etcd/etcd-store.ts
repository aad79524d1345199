import { hasCode } from "@skates/component-base";
import { storeError } from "../../errors.ts";
import type { StoreOptions } from "../../mvcc/mvcc-store.ts";
import { compareBytes } from "../../mvcc/sorted-keys.ts";
import type {
  Commit,
  CommitBatch,
  CommitOptions,
  Entry,
  LeaseId,
  Page,
  RangeOptions,
  Revision,
  RevisionStore,
} from "../../revision-store.ts";
import { EtcdCluster, type EtcdClusterOptions } from "./etcd-cluster.ts";
import { etcdError } from "./etcd-error.ts";
import { keyBytes, keyText, prefixEnd, toEntry } from "./etcd-keys.ts";
import { EtcdWatch } from "./etcd-watch.ts";
import { COMPACT, GRANT, RANGE, type RangeReply, SNAPSHOT, SWAP } from "./messages.ts";

export interface EtcdStoreOptions extends StoreOptions, EtcdClusterOptions {}

/** Where API servers on one etcd agree who compacts, as upstream: its version counts the rounds, its value is what was compacted. */
const COMPACT_REV_KEY = keyBytes("compact_rev_key");
/** etcd's own default limit of a request, a little less for what goes with the value. */
const VALUE_BYTES_MAX = 1_572_864 - 16_384;
const PAGE_ENTRIES = 1_000;

/** Connects to an etcd; throws `Unavailable` when none of its members answers. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<RevisionStore> {
  const cluster = await EtcdCluster.connect(options);
  try {
    const store = new EtcdStore(cluster, options);
    await store.load();
    return store;
  } catch (error) {
    cluster.close();
    throw error;
  }
}

/** A store whose keys, revisions and leases are those of an etcd v3, 3.4 or newer. Time to live is at least that of etcd's elections. */
class EtcdStore implements RevisionStore {
  readonly #cluster: EtcdCluster;
  readonly #options: EtcdStoreOptions;
  readonly #closing = new AbortController();
  readonly #watches = new Set<EtcdWatch>();
  /** Reads of the newest revision: the one under way, and the one that starts after it for all who came meanwhile. */
  #headNow: Promise<Revision> | undefined;
  #headNext: Promise<Revision> | undefined;
  #compacted: Revision = 0;
  /** Rounds of compaction so far, by all API servers. */
  #rounds = 0;

  constructor(cluster: EtcdCluster, options: EtcdStoreOptions) {
    this.#cluster = cluster;
    this.#options = options;
  }

  /** Learns what has been compacted. */
  async load(): Promise<void> {
    const found = await this.#read({ key: COMPACT_REV_KEY }, this.#closing.signal);
    this.#noteRounds(found.entries[0]);
  }

  async range(prefix: string, options: RangeOptions, signal: AbortSignal): Promise<Page> {
    const { start, limit = Number.POSITIVE_INFINITY, countOnly = false } = options;
    if (options.revision !== undefined && options.revision < this.#compacted) {
      throw storeError("Compacted", `revision ${options.revision} has been compacted`);
    }
    if (options.revision === 0) return { entries: [], revision: 0, count: 0, more: false };
    const from = start !== undefined && compareBytes(start, prefix) > 0 ? start : prefix;
    // An empty key is "one key named nothing" to etcd; a zero byte is the first that can be.
    let key = from === "" ? Uint8Array.of(0) : keyBytes(from);
    const end = prefixEnd(keyBytes(prefix));
    if (countOnly || limit === 0) {
      const counted = await this.#read({ key, end, countOnly: true, revision: options.revision }, signal);
      return {
        entries: [],
        revision: options.revision ?? counted.revision,
        count: counted.count,
        more: !countOnly && counted.count > 0,
      };
    }
    const entries: Entry[] = [];
    let revision = options.revision;
    let count: number | undefined;
    for (;;) {
      const page = await this.#read(
        { key, end, limit: Math.min(PAGE_ENTRIES, limit - entries.length), revision },
        signal,
      );
      revision ??= page.revision;
      count ??= page.count;
      for (const entry of page.entries) entries.push(toEntry(entry));
      const last = entries.at(-1);
      if (!page.more || last === undefined || entries.length >= limit) break;
      key = keyBytes(`${last.key}\0`);
    }
    return { entries, revision, count, more: count > entries.length };
  }

  async commit(
    key: string,
    expected: Revision,
    value: Uint8Array | undefined,
    { lease }: CommitOptions,
    signal: AbortSignal,
  ): Promise<Commit> {
    this.#assertOpen();
    signal.throwIfAborted();
    this.#checkSize(key, value);
    const bytes = keyBytes(key);
    if (value === undefined && expected === 0) {
      const page = await this.#read({ key: bytes }, signal);
      return { ok: false, current: this.#entryOf(page), revision: page.revision };
    }
    const reply = await this.#whileOpen(
      this.#cluster.write(
        SWAP,
        {
          key: bytes,
          compare: { modified: expected },
          value,
          lease,
        },
        signal,
      ),
    );
    if (reply.succeeded) return { ok: true, revision: reply.revision };
    const current = reply.current === undefined ? undefined : toEntry(reply.current);
    return { ok: false, current, revision: reply.revision };
  }

  async *watch(prefix: string, after: Revision, signal: AbortSignal): AsyncGenerator<CommitBatch, void, undefined> {
    this.#assertOpen();
    if (after < this.#compacted) throw storeError("Compacted", `revision ${after} has been compacted`);
    const watch = new EtcdWatch({
      cluster: this.#cluster,
      clock: this.#options.clock,
      prefix,
      after,
      signal: AbortSignal.any([signal, this.#closing.signal]),
    });
    this.#watches.add(watch);
    try {
      yield* watch.batches();
    } finally {
      this.#watches.delete(watch);
    }
    if (!signal.aborted) this.#assertOpen();
  }

  async head(signal: AbortSignal): Promise<Revision> {
    this.#assertOpen();
    signal.throwIfAborted();
    // A read that began before this call may be older than what its caller has seen: only one that begins later will do.
    if (this.#headNow === undefined) this.#headNow = this.#readHead();
    else {
      const before = this.#headNow;
      this.#headNext ??= before.then(
        () => this.#nextHead(),
        (error: unknown) => {
          // It failed after they had come, and after some seconds of trying: that is their answer too.
          this.#headNext = undefined;
          throw error;
        },
      );
      return untilAborted(this.#headNext, signal);
    }
    return untilAborted(this.#headNow, signal);
  }

  async grant(ttlSeconds: number, signal: AbortSignal): Promise<LeaseId> {
    this.#assertOpen();
    return this.#whileOpen(this.#cluster.write(GRANT, ttlSeconds, signal));
  }

  /** As upstream: one of the API servers that share the etcd compacts in each round; to the others nothing happens but that they learn. */
  async compact(before: Revision, signal: AbortSignal): Promise<void> {
    this.#assertOpen();
    signal.throwIfAborted();
    if (before <= this.#compacted) return;
    const head = await this.head(signal);
    if (before > head) {
      throw storeError("FutureRevision", `revision ${before} has not happened yet; the newest is ${head}`);
    }
    const round = { key: COMPACT_REV_KEY, compare: { version: this.#rounds }, value: keyBytes(String(before)) };
    const reply = await this.#whileOpen(this.#cluster.write(SWAP, round, signal));
    if (!reply.succeeded) return this.#noteRounds(reply.current);
    this.#rounds++;
    try {
      await this.#whileOpen(this.#cluster.write(COMPACT, before, signal));
    } catch (error) {
      if (!hasCode(error, "Compacted")) throw error; // else somebody did more than we ask for
    }
    this.#compacted = before;
  }

  compacted(): Revision {
    return this.#compacted;
  }

  /** The file of etcd's backend with its checksum, as `etcdctl snapshot save` writes it. */
  async *snapshot(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    this.#assertOpen();
    try {
      yield* this.#cluster.member().serverStream(SNAPSHOT, undefined, { signal });
    } catch (thrown) {
      throw thrown === signal.reason ? thrown : etcdError(thrown, "read");
    }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(closedError());
    this.#cluster.close();
  }

  async #readHead(): Promise<Revision> {
    try {
      const { revision } = await this.#read({ key: COMPACT_REV_KEY, countOnly: true }, this.#closing.signal);
      for (const watch of this.#watches) watch.want(revision);
      return revision;
    } finally {
      this.#headNow = undefined;
    }
  }

  #nextHead(): Promise<Revision> {
    this.#headNext = undefined;
    this.#headNow ??= this.#readHead();
    return this.#headNow;
  }

  #read(request: Parameters<typeof RANGE.encode>[0], signal: AbortSignal): Promise<RangeReply> {
    this.#assertOpen();
    return this.#whileOpen(this.#cluster.read(RANGE, request, signal));
  }

  /** Calls that end because the store was closed say so. */
  async #whileOpen<T>(call: Promise<T>): Promise<T> {
    try {
      return await call;
    } catch (error) {
      this.#assertOpen();
      throw error;
    }
  }

  #entryOf(page: RangeReply): Entry | undefined {
    const found = page.entries[0];
    return found === undefined ? undefined : toEntry(found);
  }

  #noteRounds(entry: { readonly version: number; readonly value: Uint8Array } | undefined): void {
    if (entry === undefined) return;
    this.#rounds = entry.version;
    const revision = Number(keyText(entry.value));
    if (Number.isSafeInteger(revision)) this.#compacted = Math.max(this.#compacted, revision);
  }

  #checkSize(key: string, value: Uint8Array | undefined): void {
    const max = this.#options.valueBytesMax ?? VALUE_BYTES_MAX;
    const bytes = key.length + (value?.length ?? 0);
    if (bytes <= max) return;
    throw storeError("ValueTooLarge", `the value of ${key} has ${bytes} bytes; at most ${max} are stored`);
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw closedError();
  }
}

function closedError(): Error {
  return storeError("Closed", "the store is closed");
}

/** What many wait for, for one who may give up. */
function untilAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
