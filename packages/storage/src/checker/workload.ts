import { hasCode, type Random } from "@skates/component-base";
import type { Entry, Revision, RevisionStore } from "../revision-store.ts";
import type { Answer, Call, HistoryEvent, Seen, SeenChange } from "./history.ts";

export interface WorkloadOptions {
  readonly store: RevisionStore;
  readonly random: Random;
  /** Names calls and values, so that several runs on one store can be put together. */
  readonly name: string;
  readonly clients: number;
  readonly watchers: number;
  readonly keys: number;
  /** Called with each event as it happens. */
  record(event: HistoryEvent): void;
  /** Gives other work a turn. */
  turn(): Promise<void>;
  /** Compacts now and then, keeping so many revisions; absent: never. */
  readonly keepRevisions?: number | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PREFIX = "/check/";

/** Clients that write, delete and read at random on a few keys, and watchers that come and go, until `stop` aborts. */
export async function runWorkload(options: WorkloadOptions, stop: AbortSignal): Promise<void> {
  const clients = Array.from({ length: options.clients }, (_, i) =>
    new Client(options, `${options.name}-c${i}`).run(stop),
  );
  const watchers = Array.from({ length: options.watchers }, (_, i) =>
    runWatcher(options, `${options.name}-w${i}`, stop),
  );
  await Promise.all([...clients, ...watchers]);
}

/** Records a watch of all that the workload writes, until it has reached `until()` or `stop` aborts. Throws what ends it. */
export async function recordWatch(
  { store, record }: Pick<WorkloadOptions, "store" | "record">,
  {
    id,
    after,
    until,
  }: { readonly id: string; readonly after: Revision; until(at: Revision, batches: number): boolean },
  stop: AbortSignal,
): Promise<void> {
  record({ at: "watch", id, prefix: PREFIX, after });
  let batches = 0;
  for await (const { changes, revision } of store.watch(PREFIX, after, stop)) {
    const seen = changes.map(
      (change): SeenChange => ({
        key: change.key,
        value: change.value && decoder.decode(change.value),
        previous: change.previous && seenOf(change.previous),
        revision: change.revision,
      }),
    );
    record({ at: "batch", id, changes: seen, revision });
    if (until(revision, ++batches)) return;
  }
}

/**
 * Writes a last time, and once more: a watch that is recorded may see the last write before the writer hears of it, and goes on to the one
 * behind it. `ended` is told the last write's revision in between.
 */
export async function endHistory(
  { store, record }: Pick<WorkloadOptions, "store" | "record">,
  ended: (last: Revision) => void,
): Promise<void> {
  let written = 0;
  for (let i = 0; ; i++) {
    const call = { kind: "commit", key: `${PREFIX}last-${i}`, expected: 0, value: `last-${i}` } as const;
    record({ at: "call", id: call.value, call });
    try {
      const commit = await store.commit(call.key, 0, encoder.encode(call.value), {}, new AbortController().signal);
      if (++written > 1) return; // unanswered, as far as the history goes: the watch may have ended before it
      record({ at: "answer", id: call.value, answer: { kind: "written", revision: commit.revision } });
      ended(commit.revision);
    } catch (error) {
      // Then it has an unknown outcome, or none.
      if (!hasCode(error, "OutcomeUnknown") && !hasCode(error, "Unavailable")) throw error;
    }
  }
}

async function runWatcher(options: WorkloadOptions, name: string, stop: AbortSignal): Promise<void> {
  const random = options.random.stream(name);
  let after = await headOrZero(options.store, stop);
  for (let segment = 0; !stop.aborted; segment++) {
    const length = 1 + (random.uint32() % 20);
    try {
      const until = (at: Revision, batches: number): boolean => {
        after = at;
        return batches >= length;
      };
      await recordWatch(options, { id: `${name}.${segment}`, after, until }, stop);
    } catch (error) {
      if (hasCode(error, "Closed")) return;
      if (!hasCode(error, "Lagging") && !hasCode(error, "Compacted")) throw error;
      after = await headOrZero(options.store, stop);
    }
  }
}

class Client {
  readonly #options: WorkloadOptions;
  readonly #name: string;
  readonly #random: Random;
  /** What this client believes of the keys. */
  readonly #known = new Map<string, Revision>();
  #newest: Revision = 0;
  #calls = 0;

  constructor(options: WorkloadOptions, name: string) {
    this.#options = options;
    this.#name = name;
    this.#random = options.random.stream(name);
  }

  async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const call = this.#next();
      const id = `${this.#name}.${this.#calls}`;
      this.#options.record({ at: "call", id, call });
      const answer = await this.#make(call);
      this.#options.record({ at: "answer", id, answer });
      this.#learn(call, answer);
      if (answer.kind === "failed" && answer.code === "Closed") return;
      await this.#options.turn();
    }
  }

  #next(): Call {
    this.#calls++;
    const dice = this.#random.uint32() % 100;
    const key = `${PREFIX}${this.#random.uint32() % this.#options.keys}`;
    const expected = this.#known.get(key) ?? 0;
    if (dice < 60) return { kind: "commit", key, expected, value: `${this.#name}:${this.#calls}` };
    if (dice < 75) return { kind: "commit", key, expected, value: undefined };
    if (dice < 90) return { kind: "range", prefix: PREFIX };
    if (dice < 95) return { kind: "head" };
    return { kind: "range", prefix: PREFIX, revision: Math.max(1, this.#newest - (this.#random.uint32() % 10)) };
  }

  async #make(call: Call): Promise<Answer> {
    const { store, keepRevisions } = this.#options;
    const signal = new AbortController().signal;
    try {
      if (call.kind === "head") {
        const revision = await store.head(signal);
        if (keepRevisions !== undefined && revision > keepRevisions)
          await store.compact(revision - keepRevisions, signal);
        return { kind: "head", revision };
      }
      if (call.kind === "range") {
        const page = await store.range(call.prefix, { revision: call.revision }, signal);
        return { kind: "page", entries: page.entries.map(seenOf), revision: page.revision };
      }
      const value = call.value === undefined ? undefined : encoder.encode(call.value);
      const commit = await store.commit(call.key, call.expected, value, {}, signal);
      return commit.ok
        ? { kind: "written", revision: commit.revision }
        : { kind: "refused", current: commit.current && seenOf(commit.current), revision: commit.revision };
    } catch (error) {
      if (hasCode(error, "OutcomeUnknown")) return { kind: "unknown" };
      if (error instanceof Error && "code" in error) return { kind: "failed", code: String(error.code) };
      throw error;
    }
  }

  #learn(call: Call, answer: Answer): void {
    if ("revision" in answer) this.#newest = Math.max(this.#newest, answer.revision);
    if (answer.kind === "page" && call.kind === "range" && call.revision === undefined) {
      this.#known.clear();
      for (const entry of answer.entries) this.#known.set(entry.key, entry.modified);
    }
    if (call.kind !== "commit") return;
    if (answer.kind === "written") this.#known.set(call.key, call.value === undefined ? 0 : answer.revision);
    // Now and then a client does not listen, so that wrong expectations are tried too.
    if (answer.kind === "refused" && this.#random.uint32() % 4 > 0)
      this.#known.set(call.key, answer.current?.modified ?? 0);
  }
}

function seenOf({ key, value, modified, created }: Entry): Seen {
  return { key, value: decoder.decode(value), modified, created };
}

async function headOrZero(store: RevisionStore, stop: AbortSignal): Promise<Revision> {
  try {
    return await store.head(stop);
  } catch (error) {
    if (stop.aborted || hasCode(error, "Closed") || hasCode(error, "Unavailable")) return 0;
    throw error;
  }
}
