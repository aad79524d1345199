import { type ResourceSlice, resourceSlices } from "@skates/api/resource/v1";
import type { Client } from "@skates/client";
import { type Clock, isAbort, type Logger, messageOf, type TaskGroup } from "@skates/component-base";
import { RetryDelays } from "../../worker/retry-delays.ts";

export interface SliceCleanerOptions {
  readonly client: Client;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tasks: TaskGroup;
}

/** As upstream: so long a driver may be away, for it may be replaced by a newer one. */
const AWAY_MS = 30_000;

/** Takes from the API what drivers have offered of this node, once they are not there to prepare it. */
export class SliceCleaner {
  readonly #options: SliceCleanerOptions;
  readonly #pending = new Map<string, AbortController>();
  constructor(options: SliceCleanerOptions) {
    this.#options = options;
  }

  /** Before the first driver comes: none of them can be used, and some may never come back. */
  begin(): void {
    this.#options.tasks.spawn((signal) => this.#clean(undefined, signal));
  }

  /** The driver answers, or does not. */
  sync(driver: string, usable: boolean): void {
    const { tasks, clock } = this.#options;
    const pending = this.#pending.get(driver);
    if (usable) {
      this.#pending.delete(driver);
      pending?.abort(new Error("the driver is back"));
    } else if (pending === undefined) {
      const stop = new AbortController();
      this.#pending.set(driver, stop);
      tasks.spawn(async (ending) => {
        const signal = AbortSignal.any([ending, stop.signal]);
        try {
          await clock.sleep(AWAY_MS, signal);
          await this.#clean(driver, signal);
          this.#pending.delete(driver);
        } catch (error) {
          if (!stop.signal.aborted) throw error;
        }
      });
    }
  }

  /** Until it is done; undefined: of all drivers. */
  async #clean(driver: string | undefined, signal: AbortSignal): Promise<void> {
    const { client, nodeName, clock, log } = this.#options;
    const delays = new RetryDelays(1000, 300_000);
    const fieldSelector = `spec.nodeName=${nodeName}${driver === undefined ? "" : `,spec.driver=${driver}`}`;
    for (;;) {
      try {
        return await client.resource<ResourceSlice>(resourceSlices).deleteCollection({ fieldSelector }, signal);
      } catch (error) {
        if (isAbort(error, signal)) throw error;
        log.warn("what drivers have offered could not be taken back", { driver, error: messageOf(error) });
        await clock.sleep(delays.next(), signal);
      }
    }
  }
}
