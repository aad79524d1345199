import { type ApiObject, formatGroupVersion, type Resource, type Revision } from "@skates/apimachinery";
import { assert, hasCode, isAbort, type Logger, messageOf } from "@skates/component-base";
import type { Change, Entry, RevisionStore } from "@skates/storage";
import { CachedObject } from "./cached-object.ts";
import { StoredCodec } from "./codec.ts";
import { DecodedRing } from "./decoded-ring.ts";
import type { RingLimits } from "./event-ring.ts";
import { ResourceCache } from "./resource-cache.ts";
import { RevisionWaiters } from "./revision-waiters.ts";
import { everythingIn } from "./selection.ts";

export interface WatchCacheOptions {
  readonly store: RevisionStore;
  /** What all keys start with. */
  readonly storagePrefix: string;
  readonly ringLimits: RingLimits;
  readonly decodedObjects: number;
  readonly log: Logger;
  readonly onDecode?: ((object: ApiObject) => void) | undefined;
  readonly turn: () => Promise<void>;
}

/** A write under way: whoever sees its commit first makes the cached object, and both sides share it. */
export interface PendingWrite {
  readonly value: Uint8Array;
  /** Without resourceVersion. */
  readonly object: ApiObject;
  /** Set when the writer heard of the commit before the watch did. */
  entry?: CachedObject | undefined;
}

/** Who waits for a turn of the fan-out. */
export interface Wakeable {
  wake(): void;
}

const PAGE_ENTRIES = 500;
/** What one turn may cost: a change counts 1, and so do this many watchers that are given it. */
const COST_PER_TURN = 500;
const WATCHERS_PER_COST = 10;
const WAKES_PER_TURN = 64;

/**
 * All stored objects by resource, fed by one watch of the store. What a reader sees is the state at `revision`, which only grows.
 * A change of a resource is applied to its cache before `revision` shows it; a reader between two turns sees whole revisions.
 */
export class WatchCache {
  readonly #options: WatchCacheOptions;
  readonly #ring: DecodedRing;
  readonly #caches = new Map<string, ResourceCache>();
  readonly #waiters = new RevisionWaiters();
  readonly #pending = new Map<string, PendingWrite>();
  /** Stored values that no served resource claims. */
  readonly #unclaimed = new Map<string, { readonly value: Uint8Array; readonly revision: Revision }>();
  #woken: Wakeable[] = [];
  #waking = false;
  #revision: Revision = 0;
  #loaded = false;
  readonly #versions = new Map<string, Resource>();

  constructor(options: WatchCacheOptions) {
    this.#options = options;
    this.#ring = new DecodedRing(options.decodedObjects);
  }

  /** Revision up to which everything is here. */
  get revision(): Revision {
    return this.#revision;
  }

  get loaded(): boolean {
    return this.#loaded;
  }

  get caches(): Iterable<ResourceCache> {
    return this.#caches.values();
  }

  /** The cache of a kind; made, with what is stored, for the first of its versions. Undefined for kinds that are not stored. */
  register(resource: Resource): ResourceCache | undefined {
    if (resource.storagePrefix === undefined) return undefined;
    this.#versions.set(`${formatGroupVersion(resource)} ${resource.kind}`, resource);
    const hub = resource.exchange?.stored() ?? resource.conversion?.hub() ?? resource;
    const prefix = hub.storagePrefix ?? resource.storagePrefix;
    const known = this.#caches.get(prefix);
    if (known !== undefined) return known;
    const codec = new StoredCodec(hub, {
      findVersion: (apiVersion, kind) => this.#versions.get(`${apiVersion} ${kind}`),
      ring: this.#ring,
      onDecode: this.#options.onDecode,
    });
    const cache = new ResourceCache({
      prefix: `${this.#options.storagePrefix}${prefix}/`,
      codec,
      ringLimits: this.#options.ringLimits,
      revision: this.#revision,
    });
    this.#caches.set(prefix, cache);
    for (const [key, { value, revision }] of [...this.#unclaimed].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!key.startsWith(cache.prefix)) continue;
      this.#unclaimed.delete(key);
      cache.load(this.#entry(cache, key, { value, revision }));
    }
    return cache;
  }

  /** Stops serving a kind: its watches end. */
  unregister(cache: ResourceCache): void {
    const prefix = cache.prefix.slice(this.#options.storagePrefix.length, -1);
    if (this.#caches.get(prefix) !== cache) return;
    this.#caches.delete(prefix);
    for (const entry of cache.candidates(everythingIn(""))) {
      const { resourceVersion: _, ...metadata } = entry.object.metadata;
      const value = entry.stored ?? entry.codec.encode({ ...entry.object, metadata });
      this.#unclaimed.set(entry.key, { value, revision: entry.revision });
    }
    cache.reset(this.#revision);
  }

  /** Resolves once everything up to `revision` is here; rejects with the reason of `signal`. */
  async reach(revision: Revision, signal: AbortSignal): Promise<void> {
    if (this.#loaded && revision <= this.#revision) return;
    await this.#waiters.wait(revision, signal);
  }

  /** Resolves once the cache has been loaded. */
  async ready(signal: AbortSignal): Promise<void> {
    if (!this.#loaded) await this.#waiters.wait(0, signal);
  }

  /** Announces a write, so that its object need not be decoded when the commit comes back. */
  expect(key: string, write: PendingWrite): void {
    this.#pending.set(key, write);
  }

  /** The write did not happen. */
  withdraw(key: string, write: PendingWrite): void {
    if (this.#pending.get(key) === write) this.#pending.delete(key);
  }

  /** The object of a write that was committed, the same one that the cache has or will have. */
  committed(cache: ResourceCache, key: string, write: PendingWrite, revision: Revision): CachedObject {
    const known = cache.get(key);
    if (known?.revision === revision) return known;
    const entry = this.#entry(cache, key, { value: write.value, revision, object: write.object });
    write.entry = entry;
    return entry;
  }

  /** An entry that was read from the store, at an older revision for instance. */
  entryOf(cache: ResourceCache, entry: Entry): CachedObject {
    return this.#entry(cache, entry.key, { value: entry.value, revision: entry.modified });
  }

  /** Hands what watchers have gathered to their readers, some in each turn. */
  wakeSoon(watcher: Wakeable): void {
    this.#woken.push(watcher);
    if (!this.#waking) {
      this.#waking = true;
      // Errors cannot arise: waking resolves promises.
      void this.#wake();
    }
  }

  /** Loads everything, then follows the store until `signal` aborts; begins anew when it fell behind. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        if (!(await this.#load(signal))) continue;
        await this.#follow(signal);
        this.#options.log.warn("the watch cache fell behind the store and is loaded again");
      }
    } catch (error) {
      if (!isAbort(error, signal)) throw error;
    } finally {
      this.#loaded = false;
    }
  }

  /** False when the store did not answer: it has tried for some seconds then, and there is nothing to do but to try again. */
  async #load(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#loadAll(signal);
      return true;
    } catch (error) {
      if (!hasCode(error, "Unavailable")) throw error;
      this.#options.log.warn("the store does not answer; trying again", { error: messageOf(error) });
      return false;
    }
  }

  async #loadAll(signal: AbortSignal): Promise<void> {
    const { store, storagePrefix, turn } = this.#options;
    const revision = await store.head(signal);
    this.#unclaimed.clear();
    this.#pending.clear();
    for (const cache of this.#caches.values()) cache.reset(revision);
    let start: string | undefined;
    for (;;) {
      const page = await store.range(storagePrefix, { start, limit: PAGE_ENTRIES, revision }, signal);
      for (const entry of page.entries) this.#take(entry);
      const last = page.entries.at(-1);
      if (!page.more || last === undefined) break;
      start = `${last.key}\0`;
      await turn();
    }
    this.#revision = revision;
    this.#loaded = true;
    this.#waiters.release(revision);
  }

  #take({ key, value, modified }: Entry): void {
    const cache = this.#cacheOf(key);
    if (cache === undefined) this.#unclaimed.set(key, { value, revision: modified });
    else cache.load(this.#entry(cache, key, { value, revision: modified }));
  }

  /** Returns when the store says that history is missing. */
  async #follow(signal: AbortSignal): Promise<void> {
    const { store, storagePrefix } = this.#options;
    try {
      for await (const batch of store.watch(storagePrefix, this.#revision, signal)) {
        await this.#apply(batch.changes);
        this.#advance(batch.revision);
      }
      signal.throwIfAborted();
      throw new Error("the store ended its watch");
    } catch (error) {
      if (!hasCode(error, "Compacted") && !hasCode(error, "Lagging")) throw error;
      this.#loaded = false;
    }
  }

  async #apply(changes: readonly Change[]): Promise<void> {
    let inTurn = 0;
    let at = 0;
    for (const change of changes) {
      if (change.revision !== at) {
        if (at !== 0) this.#advance(at);
        if (inTurn >= COST_PER_TURN) {
          await this.#options.turn();
          inTurn = 0;
        }
        at = change.revision;
      }
      inTurn += 1 + this.#applyChange(change) / WATCHERS_PER_COST;
    }
  }

  /** Answers how many watchers were asked. */
  #applyChange({ key, value, revision }: Change): number {
    const cache = this.#cacheOf(key);
    if (cache === undefined) {
      if (value === undefined) this.#unclaimed.delete(key);
      else this.#unclaimed.set(key, { value, revision });
      return 0;
    }
    const pending = this.#pending.get(key);
    const own = pending !== undefined && value !== undefined && isOf(pending, revision, value) ? pending : undefined;
    if (own !== undefined) this.#pending.delete(key);
    const entry =
      value === undefined
        ? undefined
        : own?.entry?.revision === revision
          ? own.entry
          : this.#entry(cache, key, { value, revision, object: own?.object });
    return cache.apply(revision, key, entry);
  }

  #advance(revision: Revision): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    this.#waiters.release(revision);
  }

  #entry(
    cache: ResourceCache,
    key: string,
    stored: { readonly value: Uint8Array; readonly revision: Revision; readonly object?: ApiObject | undefined },
  ): CachedObject {
    const { value, revision, object } = stored;
    const resourceVersion = String(revision);
    const codec = cache.codecFor(value);
    const completed = object === undefined ? this.#completed(codec, key, value) : value;
    const json = codec.splice(completed, revision);
    return new CachedObject(
      codec,
      { key, revision, json, stored: sameBytes(completed, value) ? undefined : value },
      object === undefined ? undefined : { ...object, metadata: { ...object.metadata, resourceVersion } },
    );
  }

  /** What was stored under another schema may not be of the shape that is wanted now: then it stays as it is. */
  #completed(codec: StoredCodec, key: string, value: Uint8Array): Uint8Array {
    try {
      return codec.completed(value);
    } catch (error) {
      this.#options.log.warn("a stored object is not as its schema has it", { key, error: messageOf(error) });
      return value;
    }
  }

  /** Prefixes have one part (`pods`) or two (`services/specs`, `<group>/<plural>`). */
  #cacheOf(key: string): ResourceCache | undefined {
    const from = this.#options.storagePrefix.length;
    const first = key.indexOf("/", from);
    if (first < 0) return undefined;
    const one = this.#caches.get(key.slice(from, first));
    if (one !== undefined) return one;
    const second = key.indexOf("/", first + 1);
    return second < 0 ? undefined : this.#caches.get(key.slice(from, second));
  }

  async #wake(): Promise<void> {
    for (;;) {
      const woken = this.#woken;
      this.#woken = [];
      if (woken.length === 0) break;
      for (let i = 0; i < woken.length; i++) {
        woken[i]?.wake();
        if (i % WAKES_PER_TURN === WAKES_PER_TURN - 1) await this.#options.turn();
      }
      await Promise.resolve();
    }
    this.#waking = false;
    assert(this.#woken.length === 0, "nobody waits to be woken");
  }
}

/** A write whose revision is known needs no look at its bytes. */
function isOf({ entry, value: written }: PendingWrite, revision: Revision, value: Uint8Array): boolean {
  return entry === undefined ? sameBytes(written, value) : entry.revision === revision;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
