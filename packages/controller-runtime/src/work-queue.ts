import { type Clock, Heap } from "@skates/component-base";

/** One entry per key: a key is never with two workers, and the earliest time and highest priority win. */
export interface WorkQueue<K> {
  /** A key that a worker has comes back after `done`. */
  add(key: K, options?: { readonly delayMs?: number | undefined; readonly priority?: number | undefined }): void;
  /** The next key that is due; waits for one. Rejects once `signal` aborts. */
  take(signal: AbortSignal): Promise<K>;
  /** "retry" comes back after exponential backoff; "ok" forgets earlier failures. */
  done(key: K, outcome: "ok" | "retry"): void;
  /** Keys that are due and with no worker. */
  length(): number;
}

export interface WorkQueueOptions<K> {
  readonly clock: Clock;
  /** Equal keys have equal ids. */
  readonly id: (key: K) => string;
  /** First wait after a failure, doubled each time; default 5 ms. */
  readonly backoffMs?: number | undefined;
  /** Default 1000 s. */
  readonly backoffMsMax?: number | undefined;
  readonly meter?: QueueMeter | undefined;
}

/** Is told what happens in a queue. */
export interface QueueMeter {
  /** A key that was not in the queue. */
  added(): void;
  /** How many keys are due. */
  depth(length: number): void;
}

/** A work queue that ends, with all its timers, when `signal` aborts. */
export function createWorkQueue<K>(options: WorkQueueOptions<K>, signal: AbortSignal): WorkQueue<K> {
  return new TimedQueue(options, signal);
}

interface Entry<K> {
  readonly key: K;
  readonly id: string;
  readonly atMs: number;
  readonly priority: number;
  readonly order: number;
  due: boolean;
}

/** An abort without a reason would make an error with its stack each time. */
const REPLACED = new Error("another timer is earlier");

/** Entries that were replaced stay in the heaps until they surface; beyond so many the heap is rebuilt. */
const STALE_MAX = 64;

class TimedQueue<K> implements WorkQueue<K> {
  readonly #options: WorkQueueOptions<K>;
  readonly #signal: AbortSignal;
  /** What is current of each key; all else in the heaps is stale. */
  readonly #entries = new Map<string, Entry<K>>();
  readonly #due = new Heap<Entry<K>>((a, b) =>
    a.priority === b.priority ? a.order < b.order : a.priority > b.priority,
  );
  readonly #later = new Heap<Entry<K>>((a, b) => (a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs));
  readonly #taken = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: K) => void)[] = [];
  #order = 0;
  #dueCount = 0;
  #timer: { readonly atMs: number; readonly controller: AbortController } | undefined;

  constructor(options: WorkQueueOptions<K>, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#timer?.controller.abort(REPLACED), { once: true });
  }

  add: WorkQueue<K>["add"] = (key, { delayMs = 0, priority = 0 } = {}) => {
    const id = this.#options.id(key);
    const old = this.#entries.get(id);
    const atMs = this.#options.clock.monotonicMs() + Math.max(delayMs, 0);
    if (old !== undefined && old.atMs <= atMs && old.priority >= priority) return;
    if (old === undefined) this.#options.meter?.added();
    if (old?.due === true) this.#count(-1);
    const entry: Entry<K> = {
      key,
      id,
      atMs: Math.min(atMs, old?.atMs ?? atMs),
      priority: Math.max(priority, old?.priority ?? priority),
      order: this.#order++,
      due: false,
    };
    this.#entries.set(id, entry);
    if (!this.#taken.has(id)) this.#place(entry);
  };

  take: WorkQueue<K>["take"] = (signal) => {
    const next = this.#pop();
    if (next !== undefined) return Promise.resolve(next.key);
    return new Promise<K>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const taker = (taken: K): void => {
        signal.removeEventListener("abort", onAbort);
        resolve(taken);
      };
      const onAbort = (): void => {
        this.#takers.splice(this.#takers.indexOf(taker), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#takers.push(taker);
    });
  };

  done: WorkQueue<K>["done"] = (key, outcome) => {
    const id = this.#options.id(key);
    this.#taken.delete(id);
    const waiting = this.#entries.get(id);
    if (waiting !== undefined) this.#place(waiting);
    if (outcome === "ok") {
      this.#failures.delete(id);
      return;
    }
    const failures = this.#failures.get(id) ?? 0;
    this.#failures.set(id, failures + 1);
    const { backoffMs = 5, backoffMsMax = 1_000_000 } = this.#options;
    this.add(key, { delayMs: Math.min(backoffMs * 2 ** failures, backoffMsMax) });
  };

  length = (): number => this.#dueCount;

  #count(by: 1 | -1): void {
    this.#dueCount += by;
    this.#options.meter?.depth(this.#dueCount);
  }

  /** Puts an entry that no worker holds among those that are due or those that wait. */
  #place(entry: Entry<K>): void {
    if (entry.atMs > this.#options.clock.monotonicMs()) {
      this.#later.push(entry);
      if (this.#later.size > 2 * this.#entries.size + STALE_MAX) this.#later.keep((e) => this.#current(e));
      this.#arm();
      return;
    }
    entry.due = true;
    this.#due.push(entry);
    this.#count(1);
    if (this.#takers.length === 0) return;
    const next = this.#pop();
    if (next !== undefined) this.#takers.shift()?.(next.key);
  }

  #current(entry: Entry<K>): boolean {
    return this.#entries.get(entry.id) === entry;
  }

  #pop(): Entry<K> | undefined {
    for (let entry = this.#due.pop(); entry !== undefined; entry = this.#due.pop()) {
      if (!this.#current(entry)) continue;
      this.#entries.delete(entry.id);
      this.#taken.add(entry.id);
      this.#count(-1);
      return entry;
    }
    return undefined;
  }

  /** One timer, for the earliest of those that wait. */
  #arm(): void {
    const next = this.#later.peek();
    if (next === undefined || (this.#timer !== undefined && this.#timer.atMs <= next.atMs)) return;
    this.#timer?.controller.abort(REPLACED);
    if (this.#signal.aborted) return;
    const controller = new AbortController();
    this.#timer = { atMs: next.atMs, controller };
    const { clock } = this.#options;
    clock.sleep(Math.max(next.atMs - clock.monotonicMs(), 0), controller.signal).then(
      () => this.#wake(),
      () => undefined, // replaced by an earlier timer, or the queue has ended
    );
  }

  #wake(): void {
    this.#timer = undefined;
    const now = this.#options.clock.monotonicMs();
    for (let entry = this.#later.peek(); entry !== undefined && entry.atMs <= now; entry = this.#later.peek()) {
      this.#later.pop();
      if (this.#current(entry) && !entry.due && !this.#taken.has(entry.id)) this.#place(entry);
    }
    this.#arm();
  }
}
