import {
  type ApiObject,
  formatKey,
  isStatus,
  keyOf,
  type List,
  type ObjectKey,
  type Resource,
  StatusError,
} from "@skates/apimachinery";
import type { ResourceClient } from "@skates/client";
import { type Env, isAbort, messageOf, pick, type Random } from "@skates/component-base";
import { ObjectCache } from "./cache.ts";
import type { Delta, Held, Informer, InformerOptions, KeysOf, LabelTest } from "./lister.ts";

/** As upstream's reflector: 0.8 s, twice as long each time, up to 30 s, with as much again by chance. */
const BACKOFF_MS = 800;
const BACKOFF_MS_MAX = 30_000;
const PAGE_SIZE = 500;
/** After so many objects of a list it is asked whether the turn has taken too long. */
const SLICE = 100;
const TURN_MS_MAX = 5;
/** A watch that ended sooner without an event is taken for a failure. */
const WATCH_MS_MIN = 1000;

interface Waiter {
  readonly condition: () => boolean;
  readonly resolve: () => void;
}

/** An informer of one resource. Nothing happens until it runs. */
export function createInformer<T extends ApiObject>(
  client: ResourceClient<T>,
  resource: Resource<T>,
  options: InformerOptions<T> & { readonly env: Env },
): Informer<T> {
  return new ListWatchInformer(client, resource, options);
}

class ListWatchInformer<T extends ApiObject> implements Informer<T> {
  readonly #client: ResourceClient<T>;
  readonly #resource: Resource<T>;
  readonly #options: InformerOptions<T>;
  readonly #env: Env;
  readonly #random: Random;
  readonly #cache = new ObjectCache<T>();
  readonly #listeners = new Set<(delta: Delta<T>) => void>();
  readonly #waiters = new Set<Waiter>();
  #resourceVersion = "";
  #synced = false;
  #mustList = true;
  /** When the last turn was given away. */
  #turnMs = Number.NEGATIVE_INFINITY;
  #watching: AbortController | undefined;

  constructor(client: ResourceClient<T>, resource: Resource<T>, options: InformerOptions<T> & { readonly env: Env }) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#env = options.env;
    this.#random = options.env.random.stream(`informer/${resource.group}/${resource.plural}`);
    for (const [name, values] of Object.entries(options.indexes ?? {})) this.#cache.addIndex(name, values);
  }

  get = (key: ObjectKey): T | undefined => this.#cache.get(key);
  list = (namespace?: string): readonly T[] => this.#cache.list(namespace);
  by = (index: string, value: string, test?: LabelTest): readonly T[] => this.#cache.by(index, value, test);
  count = (index: string, value: string): number => this.#cache.count(index, value);
  matching = (namespace: string | undefined, test: LabelTest): readonly T[] => this.#cache.matching(namespace, test);
  values = (index: string): readonly string[] => this.#cache.values(index);
  addIndex = (name: string, values: KeysOf<T>): void => this.#cache.addIndex(name, values);
  synced = (): boolean => this.#synced;
  resourceVersion = (): string => this.#resourceVersion;

  whenSynced(signal: AbortSignal): Promise<void> {
    return this.until(() => this.#synced, signal);
  }

  subscribe(listener: (delta: Delta<T>) => void): () => void {
    for (const object of this.#cache.list()) listener({ type: "added", object });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        this.#waiters.delete(waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        condition,
        resolve: () => {
          signal.removeEventListener("abort", onAbort);
          this.#waiters.delete(waiter);
          resolve();
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  relist(): void {
    this.#mustList = true;
    this.#watching?.abort(new Error("relisting"));
  }

  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const started = this.#env.clock.monotonicMs();
      let failed = true;
      try {
        if (this.#mustList) await this.#listAll(signal);
        failed = !(await this.#watch(signal)) && this.#env.clock.monotonicMs() - started < WATCH_MS_MIN;
      } catch (error) {
        if (isAbort(error, signal) || signal.aborted) return;
        this.#noteFailure(error);
      }
      failures = failed ? failures + 1 : 0;
      if (failed && !(await this.#pause(failures, signal))) return;
    }
  }

  /** What is too old to be watched is listed again; all else is tried again from where it was. */
  #noteFailure(error: unknown): void {
    const expired = isStatus(error, "Expired") || isStatus(error, "Gone");
    if (expired || (error instanceof StatusError && error.code === 410)) this.#mustList = true;
    const { group, plural } = this.#resource;
    this.#env.log.warn("an informer lost its connection", { group, resource: plural, cause: messageOf(error) });
  }

  async #pause(failures: number, signal: AbortSignal): Promise<boolean> {
    const base = Math.min(BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MS_MAX);
    try {
      await this.#env.clock.sleep(base + pick(this.#random, base), signal);
      return true;
    } catch {
      return false; // only an abort ends a sleep
    }
  }

  async #listAll(signal: AbortSignal): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const first = this.#synced ? {} : { resourceVersion: "0" };
    const selection = { namespace, labelSelector, fieldSelector, limit: PAGE_SIZE };
    let page = await this.#client.list({ ...selection, ...first }, signal);
    const items = [...heldOf(page)];
    while (page.continue !== undefined && page.continue !== "") {
      await this.#giveTurn(signal);
      page = await this.#client.list({ ...selection, continue: page.continue }, signal);
      items.push(...heldOf(page));
    }
    await this.#replaceAll(items, signal);
    this.#mustList = false;
    this.#synced = true;
    this.#reach(page.resourceVersion);
  }

  /** In slices: to others it looks as if the changes had come one by one. */
  async #replaceAll(items: readonly Held<T>[], signal: AbortSignal): Promise<void> {
    const listed = new Set<string>();
    for (const [i, held] of items.entries()) {
      if (i % SLICE === SLICE - 1) await this.#giveTurn(signal);
      listed.add(formatKey(keyOf(held.object)));
    }
    for (const id of this.#cache.ids()) {
      const gone = listed.has(id) ? undefined : this.#cache.entry(id);
      if (gone !== undefined) this.#remove(gone.held.object);
    }
    for (const [i, held] of items.entries()) {
      if (i % SLICE === SLICE - 1) await this.#giveTurn(signal);
      this.#put(held);
    }
  }

  /** Lets others go on if this turn of the event loop has taken long. */
  async #giveTurn(signal: AbortSignal): Promise<void> {
    if (this.#env.clock.monotonicMs() - this.#turnMs < TURN_MS_MAX) return;
    await this.#env.clock.sleep(0, signal);
    this.#turnMs = this.#env.clock.monotonicMs();
  }

  /** True if anything came. */
  async #watch(signal: AbortSignal): Promise<boolean> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const watching = new AbortController();
    this.#watching = watching;
    const either = AbortSignal.any([signal, watching.signal]);
    const options = { namespace, labelSelector, fieldSelector, resourceVersion: this.#resourceVersion };
    let any = false;
    try {
      for await (const event of this.#client.watch(options, either)) {
        any = true;
        if (event.type === "BOOKMARK") {
          this.#reach(event.resourceVersion);
          continue;
        }
        if (event.type === "DELETED") this.#remove(event.object);
        else this.#put(event.source ?? { object: withoutOwners(event.object) });
        this.#reach(event.object.metadata.resourceVersion ?? "");
        if (this.#mustList) break;
      }
    } catch (error) {
      if (!watching.signal.aborted || signal.aborted) throw error;
    }
    return any || this.#mustList;
  }

  #put(whole: Held<T>): void {
    const { keep } = this.#options;
    const held = keep === undefined ? whole : { object: keep(whole.object) };
    const { object } = held;
    const { uid, resourceVersion } = object.metadata;
    const known = this.#cache.entry(formatKey(keyOf(object)));
    if (known === undefined) {
      this.#cache.set(held);
      return this.#tell({ type: "added", object });
    }
    if (known.resourceVersion === resourceVersion) return;
    if (known.uid !== uid) {
      this.#remove(known.held.object);
      return this.#put(whole);
    }
    this.#cache.set(held);
    const before = known.held;
    this.#tell({
      type: "updated",
      object,
      get old() {
        return before.object;
      },
    });
  }

  #remove(object: T): void {
    if (this.#cache.delete(keyOf(object))) this.#tell({ type: "deleted", object });
  }

  #tell(delta: Delta<T>): void {
    for (const listener of this.#listeners) listener(delta);
  }

  #reach(resourceVersion: string): void {
    if (resourceVersion !== "") this.#resourceVersion = resourceVersion;
    for (const waiter of this.#waiters) if (waiter.condition()) waiter.resolve();
  }
}

/**
 * Who owns which field is of no use to those who only read, and often half of an object; a copy that is written without it keeps
 * what is stored.
 */
function withoutOwners<T extends ApiObject>(object: T): T {
  if (!("managedFields" in object.metadata)) return object;
  const metadata: Record<string, unknown> = {};
  // Not by a spread: that would read them, which are only text as yet.
  for (const name of Object.keys(object.metadata)) {
    if (name !== "managedFields") metadata[name] = Reflect.get(object.metadata, name);
  }
  return { ...object, metadata };
}

/** The objects of a list, held by the API server where it is in this process. */
function heldOf<T extends ApiObject>(list: List<T>): readonly Held<T>[] {
  return list.sources ?? list.items.map((object) => ({ object: withoutOwners(object) }));
}
