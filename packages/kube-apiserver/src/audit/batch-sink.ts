import { type Clock, deadline, isAbort, type Logger, messageOf } from "@skates/component-base";
import { tokenBucket } from "@skates/transport";
import type { AuditEvent, AuditSink } from "./audit-event.ts";

export interface BatchOptions {
  /** Events that may wait; more are dropped and counted. */
  readonly bufferSize: number;
  /** Events in one batch. */
  readonly maxBatchSize: number;
  /** A batch that is not full waits so long. */
  readonly maxBatchWaitMs: number;
  /** Batches per second, and how many at once; undefined: as many as there are. */
  readonly throttle?: { readonly perSecond: number; readonly burst: number } | undefined;
  /** Pause before the second try; grows by half with each of five tries. Then the batch is lost, and counted. */
  readonly initialBackoffMs: number;
}

/** Upstream's defaults for webhooks. */
export const WEBHOOK_BATCHES: BatchOptions = {
  bufferSize: 10_000,
  maxBatchSize: 400,
  maxBatchWaitMs: 30_000,
  throttle: { perSecond: 10, burst: 15 },
  initialBackoffMs: 10_000,
};

export interface BatchSinkOptions extends BatchOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Rejects when the batch did not arrive. */
  write(events: readonly AuditEvent[], signal: AbortSignal): Promise<void>;
  /** So many events will not be written. */
  lost(count: number): void;
}

const TRIES = 5;
const BACKOFF_FACTOR = 1.5;
const THROTTLE_MS = 100;
/** At the end, what is waiting gets one try each within this time. */
const LAST_MS = 5_000;

/** Takes everything at once and writes in batches, in the background; a request never waits for it. */
export function batchSink(options: BatchSinkOptions): AuditSink {
  const { name, clock, log, bufferSize, maxBatchSize, maxBatchWaitMs, throttle, lost } = options;
  const waiting: AuditEvent[] = [];
  const bucket = throttle === undefined ? undefined : tokenBucket(clock, throttle.burst, throttle.perSecond);
  let full = (): void => undefined;

  const gathered = async (signal: AbortSignal): Promise<void> => {
    if (waiting.length >= maxBatchSize) return;
    const enough = new AbortController();
    full = () => enough.abort();
    try {
      await clock.sleep(maxBatchWaitMs, AbortSignal.any([signal, enough.signal]));
    } catch (error) {
      if (signal.aborted || !enough.signal.aborted) throw error;
    } finally {
      full = () => undefined;
    }
  };

  /** What has neither arrived nor been given up when `signal` aborts waits again. */
  const deliver = async (events: readonly AuditEvent[], signal: AbortSignal): Promise<void> => {
    try {
      await tried(events, signal);
    } catch (error) {
      waiting.unshift(...events);
      throw error;
    }
  };

  const tried = async (events: readonly AuditEvent[], signal: AbortSignal): Promise<void> => {
    let pauseMs = options.initialBackoffMs;
    for (let tries = 1; ; tries++) {
      try {
        return await options.write(events, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (tries >= TRIES) {
          lost(events.length);
          log.error("audit events were lost", { sink: name, count: events.length, cause: messageOf(error) });
          return;
        }
      }
      await clock.sleep(pauseMs, signal);
      pauseMs *= BACKOFF_FACTOR;
    }
  };

  return {
    name,
    take(event) {
      if (waiting.length >= bufferSize) {
        lost(1);
        return true;
      }
      waiting.push(event);
      if (waiting.length >= maxBatchSize) full();
      return true;
    },
    async run(signal) {
      try {
        for (;;) {
          await gathered(signal);
          if (waiting.length === 0) continue;
          while (bucket?.take() === false) await clock.sleep(THROTTLE_MS, signal);
          await deliver(waiting.splice(0, maxBatchSize), signal);
        }
      } catch (error) {
        if (!isAbort(error, signal)) throw error;
      }
      using last = deadline(clock, LAST_MS, new AbortController().signal);
      while (waiting.length > 0) {
        const events = waiting.splice(0, maxBatchSize);
        try {
          await options.write(events, last.signal);
        } catch {
          lost(events.length);
        }
      }
    },
  };
}
