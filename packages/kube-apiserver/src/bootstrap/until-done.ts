import { isStatus } from "@skates/apimachinery";
import { type Env, messageOf } from "@skates/component-base";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

export interface StartTask {
  /** What it makes or keeps, for the log. */
  readonly subject: string;
  run(signal: AbortSignal): Promise<void>;
  /** Called when somebody, a webhook perhaps, has refused what the task writes; a store that is away is not a refusal. */
  refused?(): void;
}

/**
 * Runs a task of the server's own until it succeeds. The server never ends because its own writes are refused: whoever has forbidden
 * too much must still reach it to allow it again. Waits a second before the second try, twice as long each time, 30 seconds at most.
 */
export async function untilDone(env: Pick<Env, "clock" | "log">, task: StartTask, signal: AbortSignal): Promise<void> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    try {
      await task.run(signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!isStatus(error, "ServiceUnavailable") && !isStatus(error, "Timeout")) task.refused?.();
      const pairs = { subject: task.subject, error: messageOf(error), waitMs };
      env.log.warn("what the server keeps could not be written, which is tried again", pairs);
    }
    await env.clock.sleep(waitMs, signal);
  }
}
