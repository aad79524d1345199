import type { EncodedEvent, Resource } from "@skates/apimachinery";
import type { Clock, Counter, Gauge, Metrics } from "@skates/component-base";

/** A watch that is kept. */
export interface KeptWatch {
  push(event: EncodedEvent): void;
  end(): void;
}

export interface Kept {
  readonly signal: AbortSignal;
  readonly resource: Resource;
  readonly timeoutMs: number;
  /** Absent: the client wants no bookmarks. */
  readonly bookmark: (() => EncodedEvent) | undefined;
}

interface Running extends Kept {
  readonly endsMs: number;
  bookmarkMs: number;
  readonly onAbort: () => void;
}

/** Ends watches when their time is up or their caller has gone, and sends bookmarks. Asked by `tick`, about once a second. */
export class WatchKeeper {
  readonly #clock: Clock;
  readonly #bookmarkMs: number;
  readonly #running = new Map<KeptWatch, Running>();
  readonly #cut: Counter;
  readonly #open: Gauge;

  constructor(clock: Clock, metrics: Metrics, bookmarkMs: number) {
    this.#clock = clock;
    this.#bookmarkMs = bookmarkMs;
    this.#cut = metrics.counter({
      name: "apiserver_terminated_watchers_total",
      help: "Watches that were ended because their reader was too slow.",
      labels: ["group", "resource"],
    });
    this.#open = metrics.gauge({
      name: "apiserver_longrunning_requests",
      help: "Watches that are open.",
      labels: ["verb", "group", "version", "resource", "subresource", "scope", "component"],
    });
  }

  keep(watcher: KeptWatch, kept: Kept): void {
    const onAbort = (): void => watcher.end();
    const nowMs = this.#clock.monotonicMs();
    this.#running.set(watcher, {
      ...kept,
      endsMs: nowMs + kept.timeoutMs,
      bookmarkMs: nowMs + this.#bookmarkMs,
      onAbort,
    });
    this.#count(kept.resource, 1);
    if (kept.signal.aborted) watcher.end();
    else kept.signal.addEventListener("abort", onAbort, { once: true });
  }

  forget(watcher: KeptWatch, tooSlow: boolean): void {
    const running = this.#running.get(watcher);
    if (running === undefined) return;
    this.#running.delete(watcher);
    running.signal.removeEventListener("abort", running.onAbort);
    this.#count(running.resource, -1);
    if (tooSlow) this.#cut.inc([running.resource.group, running.resource.plural]);
  }

  tick(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [watcher, running] of this.#running) {
      const over = nowMs >= running.endsMs;
      if (running.bookmark !== undefined && (over || nowMs >= running.bookmarkMs)) {
        running.bookmarkMs = nowMs + this.#bookmarkMs;
        watcher.push(running.bookmark());
      }
      if (over) watcher.end();
    }
  }

  endAll(): void {
    for (const watcher of this.#running.keys()) watcher.end();
  }

  get size(): number {
    return this.#running.size;
  }

  #count({ group, version, plural, namespaced }: Resource, by: number): void {
    const scope = namespaced ? "namespace" : "cluster";
    this.#open.add(["WATCH", group, version, plural, "", scope, "apiserver"], by);
  }
}
