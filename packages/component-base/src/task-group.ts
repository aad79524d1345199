import { asError, isAbort } from "./errors.ts";

/** Owns promises that nobody awaits one by one: the first failure aborts the rest and is thrown by `join`. */
export class TaskGroup {
  readonly #controller = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #failure: Error | undefined;
  /** Aborts with the parent, on `stop`, and on the first failure. */
  readonly signal: AbortSignal;

  constructor(parent: AbortSignal) {
    this.signal = AbortSignal.any([parent, this.#controller.signal]);
  }

  /** Starts a task; being aborted is not a failure. */
  spawn(task: (signal: AbortSignal) => Promise<void>): void {
    const run = async (): Promise<void> => {
      try {
        await task(this.signal);
      } catch (thrown) {
        if (isAbort(thrown, this.signal)) return;
        this.#failure ??= asError(thrown);
        this.#controller.abort(this.#failure);
      }
    };
    const promise: Promise<void> = run().finally(() => this.#running.delete(promise));
    this.#running.add(promise);
  }

  /** Asks all tasks to end. */
  stop(): void {
    this.#controller.abort(new Error("stopped"));
  }

  /** Waits until all tasks, those spawned meanwhile included, have ended; throws the first failure. */
  async join(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
    if (this.#failure !== undefined) throw this.#failure;
  }

  get size(): number {
    return this.#running.size;
  }
}
