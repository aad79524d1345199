import { StatusError } from "@skates/apimachinery";
import { type Clock, hasCode } from "@skates/component-base";
import type { WebhookCaller } from "./webhook-caller.ts";
import type { WebhookTarget } from "./webhook-target.ts";

/** Posts a review to a webhook and gives its answer. Throws as `WebhookCaller` does. */
export type ReviewCaller = (review: unknown, signal: AbortSignal) => Promise<unknown>;

export interface ReviewCallerOptions {
  readonly caller: WebhookCaller;
  readonly target: WebhookTarget;
  readonly clock: Clock;
  /** For each attempt. */
  readonly timeoutMs: number;
}

/** Upstream's backoff. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
const WAIT_FACTOR = 1.5;

/** Asks the webhook that a kubeconfig names; what may pass (no connection, 429, 5xx) is tried again, five times in all. */
export function reviewCaller({ caller, target, clock, timeoutMs }: ReviewCallerOptions): ReviewCaller {
  return async (review, signal) => {
    const json = JSON.stringify(review);
    let waitMs = FIRST_WAIT_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        return await caller.call({ target, json, timeoutMs }, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (attempt === ATTEMPTS || !mayPass(error)) throw error;
      }
      await clock.sleep(waitMs, signal);
      waitMs *= WAIT_FACTOR;
    }
  };
}

function mayPass(error: unknown): boolean {
  if (error instanceof StatusError) return error.code === 429 || error.code >= 500;
  return hasCode(error, "WebhookFailed");
}
