import { type Clock, isAbort, type Logger, messageOf } from "@skates/component-base";

export interface Looking {
  readonly clock: Clock;
  readonly log: Logger;
  /** Between the end of a look and the next one. */
  readonly everyMs: number;
  /** What the log says of a look that failed; the next one is made all the same. */
  readonly failure: string;
  look(signal: AbortSignal): Promise<unknown>;
}

/** Looks at something at once, and again and again. Returns when `signal` aborts. */
export async function keepLooking({ clock, log, everyMs, failure, look }: Looking, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await look(signal).catch((error: unknown) => {
        if (isAbort(error, signal)) throw error;
        log.warn(failure, { error: messageOf(error) });
      });
      await clock.sleep(everyMs, signal);
    }
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}
