import { type Clock, hasCode, isAbort } from "@skates/component-base";
import type { GrpcClient } from "@skates/transport";
import { storeError } from "../../errors.ts";
import type { Change, CommitBatch, Revision } from "../../revision-store.ts";
import type { EtcdCluster } from "./etcd-cluster.ts";
import { etcdError } from "./etcd-error.ts";
import { keyBytes, keyText, OPEN_END, prefixEnd, toEntry } from "./etcd-keys.ts";
import { STATUS, WATCH, type WatchEvent, type WatchReply, type WatchRequest } from "./messages.ts";
import { progressOnDemand } from "./server-version.ts";

export interface EtcdWatchOptions {
  readonly cluster: EtcdCluster;
  readonly clock: Clock;
  readonly prefix: string;
  readonly after: Revision;
  /** Aborts with the reader and with the store. */
  readonly signal: AbortSignal;
}

const RECONNECT_MS = 100;
const RECONNECT_MS_MAX = 1_000;
/** A member that has yet to catch up does not answer a demand for progress: it is made again. */
const DEMAND_MS = 100;

/**
 * A watch that outlives its connections: when one breaks it goes on with the next member behind the last change delivered.
 *
 * Progress: members that have it right (3.4.31, 3.5.13 and newer) are asked when somebody waits. Older ones may report progress before
 * all changes up to it were sent; there we watch the whole key space and leave out what is not ours, so that each revision shows itself.
 */
export class EtcdWatch {
  readonly #options: EtcdWatchOptions;
  readonly #prefixBytes: Uint8Array;
  /** Everything up to here has been delivered. */
  #at: Revision;
  /** What has been delivered of revision `#at`: some versions of etcd spread a revision over two answers. */
  readonly #keysAt = new Set<string>();
  #wanted: Revision = 0;
  #demand: (() => void) | undefined;

  constructor(options: EtcdWatchOptions) {
    this.#options = options;
    this.#prefixBytes = keyBytes(options.prefix);
    this.#at = options.after;
  }

  /** Somebody waits for this watch to reach a revision that has happened. */
  want(revision: Revision): void {
    if (revision <= this.#at || revision <= this.#wanted) return;
    this.#wanted = revision;
    this.#demand?.();
  }

  async *batches(): AsyncGenerator<CommitBatch, void, undefined> {
    const { cluster, clock, signal, after } = this.#options;
    let pauseMs = RECONNECT_MS;
    while (!signal.aborted) {
      const member = cluster.member();
      try {
        for await (const batch of this.#connected(member)) {
          pauseMs = RECONNECT_MS;
          yield batch;
        }
      } catch (thrown) {
        if (signal.aborted) return;
        if (hasCode(thrown, "Compacted") && this.#at > after) throw lagging(this.#at + 1, thrown);
        if (!hasCode(thrown, "Unavailable")) throw thrown;
      }
      if (signal.aborted) return;
      cluster.failed(member);
      try {
        await clock.sleep(pauseMs, signal);
      } catch (thrown) {
        if (!isAbort(thrown, signal)) throw thrown;
      }
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS_MAX);
    }
  }

  /** Until the connection breaks. */
  async *#connected(member: GrpcClient): AsyncGenerator<CommitBatch, void, undefined> {
    const { cluster, clock, signal } = this.#options;
    const ended = new AbortController();
    const requests = new WatchRequests();
    try {
      const status = { signal, timeoutMs: 4_000 };
      const narrow = progressOnDemand(await member.unary(STATUS, undefined, status));
      requests.push({ create: this.#create(narrow) });
      if (narrow) {
        this.#demand = demander(() => this.#wanted > this.#at, requests, clock, ended.signal);
        this.#demand();
      }
      let parts: WatchReply[] = [];
      for await (const reply of member.bidi(WATCH, requests, cluster.stream(signal))) {
        this.#check(reply);
        parts.push(reply);
        if (reply.fragment) continue;
        const events = parts.length === 1 ? reply.events : parts.flatMap((part) => part.events);
        parts = [];
        const batch = this.#take(events, narrow && !reply.created ? reply.revision : 0);
        if (batch !== undefined) yield batch;
      }
    } catch (thrown) {
      throw hasCode(thrown, "Compacted") || hasCode(thrown, "Lagging") ? thrown : etcdError(thrown, "read");
    } finally {
      this.#demand = undefined;
      ended.abort();
      requests.end();
    }
  }

  #create(narrow: boolean): { readonly key: Uint8Array; readonly end: Uint8Array; readonly startRevision: Revision } {
    // One revision that is known already: etcd before 3.5.18 does not mind a start right at what was compacted, and leaves out deletions.
    const startRevision = Math.max(1, this.#at);
    return narrow && this.#prefixBytes.length > 0
      ? { key: this.#prefixBytes, end: prefixEnd(this.#prefixBytes), startRevision }
      : { key: OPEN_END, end: OPEN_END, startRevision };
  }

  #check(reply: WatchReply): void {
    if (reply.compactRevision > 0) {
      throw storeError("Compacted", `history up to revision ${reply.compactRevision} has been compacted`);
    }
    if (!reply.canceled) return;
    const code = reply.cancelReason.includes("permission denied") ? "Refused" : "Unavailable";
    throw storeError(code, `etcd ended the watch: ${reply.cancelReason}`);
  }

  /** What an answer brings. `progress`: without events it says how far everything has been sent. */
  #take(events: readonly WatchEvent[], progress: Revision): CommitBatch | undefined {
    const changes: Change[] = [];
    const from = this.#at;
    for (const event of events) {
      const key = keyText(event.entry.key);
      const revision = event.entry.modified;
      if (revision < this.#at || (revision === this.#at && (this.#keysAt.size === 0 || this.#keysAt.has(key))))
        continue;
      if (revision > this.#at) this.#keysAt.clear();
      this.#at = revision;
      this.#keysAt.add(key);
      if (key.startsWith(this.#options.prefix)) changes.push(this.#change(event, key));
    }
    if (events.length > 0)
      return this.#at === from && changes.length === 0 ? undefined : { changes, revision: this.#at };
    if (progress <= this.#at) return undefined;
    this.#keysAt.clear();
    this.#at = progress;
    return { changes, revision: progress };
  }

  #change({ deleted, entry, previous }: WatchEvent, key: string): Change {
    const revision = entry.modified;
    if (previous === undefined && (deleted || entry.created < revision)) {
      throw lagging(revision, undefined);
    }
    return {
      key,
      value: deleted ? undefined : entry.value,
      previous: previous === undefined ? undefined : toEntry(previous),
      revision,
    };
  }
}

function lagging(revision: Revision, cause: unknown): Error {
  return storeError("Lagging", `revision ${revision} was compacted before the watcher read it`, cause);
}

/** Asks for progress while it is `wanted`, once in a while; at most one such loop runs. */
function demander(wanted: () => boolean, requests: WatchRequests, clock: Clock, signal: AbortSignal): () => void {
  let running = false;
  const run = async (): Promise<void> => {
    while (wanted() && !signal.aborted) {
      requests.push({ progress: true });
      await clock.sleep(DEMAND_MS, signal).catch(() => undefined); // ended: the loop sees it
    }
    running = false;
  };
  return () => {
    if (running) return;
    running = true;
    void run();
  };
}

/** What is still to be sent on a watch. */
class WatchRequests implements AsyncIterable<WatchRequest> {
  readonly #waiting: WatchRequest[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  push(request: WatchRequest): void {
    this.#waiting.push(request);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchRequest, void, undefined> {
    while (!this.#ended) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}
