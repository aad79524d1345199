import { asError, hasCode, type OperatingError } from "@skates/component-base";
import { storeError } from "../errors.ts";
import type { WriteBatch } from "./write-batch.ts";

/** Something to write. Exactly one of its ends is reached: `prepare` settles it, or what `prepare` returned is called, or `fail`. */
export interface WriteRequest {
  readonly bytes: number;
  /** Adds to the batch and returns what to do once that is durable; undefined: the request is settled and nothing is to be written. */
  prepare(batch: WriteBatch): (() => void) | undefined;
  fail(error: Error): void;
}

/** How the queue works on the store. */
export interface WriteTarget {
  newBatch(): WriteBatch;
  /** Durable when it resolves. */
  write(batch: WriteBatch): Promise<void>;
  /** After the requests of a durable batch were told. */
  written(): void;
}

/** Bounds: what may wait, and what goes to disk at once. */
const QUEUE_BYTES_MAX = 64 << 20;
const QUEUE_MAX = 50_000;
const BATCH_BYTES_MAX = 8 << 20;
const BATCH_MAX = 2048;

/**
 * Group commit: while one batch is on its way to disk, requests gather for the next. A batch is planned only when the one before it is
 * durable or has failed, so that no plan rests on what did not happen.
 */
export class WriteQueue {
  readonly #target: WriteTarget;
  #waiting: WriteRequest[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  #refusal: OperatingError | undefined;

  constructor(target: WriteTarget) {
    this.#target = target;
  }

  add(request: WriteRequest): void {
    if (this.#refusal !== undefined) return request.fail(this.#refusal);
    if (this.#waiting.length >= QUEUE_MAX || this.#waitingBytes + request.bytes > QUEUE_BYTES_MAX) {
      return request.fail(storeError("Busy", "too many writes wait for the disk; try again later"));
    }
    this.#waiting.push(request);
    this.#waitingBytes += request.bytes;
    this.#running ??= this.#run();
  }

  /** Refuses new requests and those that wait; resolves when the batch under way has ended. */
  async close(): Promise<void> {
    this.#refuse(storeError("Closed", "the store is closed"));
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is asked for within the same turn shares the first batch.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writeOne();
    this.#running = undefined;
  }

  async #writeOne(): Promise<void> {
    const batch = this.#target.newBatch();
    const planned = this.#plan(batch);
    if (planned.length === 0) return;
    try {
      if (!batch.isEmpty()) await this.#target.write(batch);
    } catch (thrown) {
      const error = asError(thrown);
      for (const { request } of planned) request.fail(error);
      if (hasCode(error, "OutcomeUnknown")) {
        this.#refuse(
          storeError("WriteFailed", "an earlier write may or may not have reached the disk; restart the server", error),
        );
      }
      return;
    }
    for (const { request, done } of planned) this.#tell(request, done);
    this.#target.written();
  }

  /** The batch is durable; what cannot be taken into memory (a damaged older value) ends the writing. */
  #tell(request: WriteRequest, done: () => void): void {
    try {
      done();
    } catch (thrown) {
      const error = asError(thrown);
      request.fail(storeError("OutcomeUnknown", "the write is on disk, but its effect cannot be read", error));
      this.#refuse(storeError("WriteFailed", "the store has been found damaged and takes no more writes", error));
    }
  }

  #plan(batch: WriteBatch): { readonly request: WriteRequest; readonly done: () => void }[] {
    const planned = [];
    let taken = 0;
    while (taken < this.#waiting.length && taken < BATCH_MAX && batch.bytes < BATCH_BYTES_MAX) {
      const request = this.#waiting[taken++];
      if (request === undefined) break;
      this.#waitingBytes -= request.bytes;
      const done = request.prepare(batch);
      if (done !== undefined) planned.push({ request, done });
    }
    this.#waiting = this.#waiting.slice(taken);
    return planned;
  }

  #refuse(error: OperatingError): void {
    this.#refusal ??= error;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const request of waiting) request.fail(this.#refusal);
  }
}
