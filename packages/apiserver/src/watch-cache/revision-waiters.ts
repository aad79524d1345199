import type { Revision } from "@skates/apimachinery";

interface Waiter {
  readonly revision: Revision;
  readonly done: () => void;
}

/** Those who wait for a revision to be reached. */
export class RevisionWaiters {
  #waiters: Waiter[] = [];

  /** Resolves when `release` reaches the revision; rejects with the reason of `signal`. */
  wait(revision: Revision, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        revision,
        done: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.push(waiter);
    });
  }

  release(revision: Revision): void {
    if (this.#waiters.length === 0) return;
    const due = this.#waiters.filter((waiter) => waiter.revision <= revision);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.revision > revision);
    for (const waiter of due) waiter.done();
  }
}
