/** One entry per key: a key is never with two workers, and the earliest time and highest priority win. */
export interface WorkQueue<K> {
  add(key: K, options?: { readonly delayMs?: number; readonly priority?: number }): void;
  take(signal: AbortSignal): Promise<K>;
  /** "retry" comes back after exponential backoff; "ok" forgets earlier failures. */
  done(key: K, outcome: "ok" | "retry"): void;
  length(): number;
}
