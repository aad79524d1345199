import type { ApiRequest, ApiResponse, Handler } from "@skates/apimachinery";
import { type Clock, isAbort, OperatingError, pick, type Random } from "@skates/component-base";
import { drain } from "./response.ts";

/** Bounds of what a client does about answers that did not come or asked to wait. */
export interface RetryLimits {
  /** Waits asked for by the server (429 and 5xx with Retry-After); default 10. */
  readonly throttled?: number | undefined;
  /** New attempts of reads whose connection failed; default 3, 100 ms after the first, then twice as long each time. */
  readonly unanswered?: number | undefined;
  /** A longer wait is not sat out but reported; default 60 s. */
  readonly waitMsMax?: number | undefined;
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: RetryLimits;
}

const FIRST_WAIT_MS = 100;

/**
 * Waits when the server asks to. Repeats what got no answer only when it is a read: a write may have happened.
 * Rejects with OperatingError `NoAnswer` in the end, or with the reason of the caller's abort.
 */
export function retrying(next: Handler, options: RetryOptions): Handler {
  const { clock, limits } = options;
  return async (request) => {
    let unanswered = 0;
    let throttled = 0;
    for (;;) {
      let waitMs: number | undefined;
      try {
        const response = await next(request);
        waitMs = throttled < (limits.throttled ?? 10) ? waitAsked(response, limits.waitMsMax ?? 60_000) : undefined;
        if (waitMs === undefined) return response;
        throttled++;
        await drain(response, 1 << 20);
      } catch (error) {
        if (isAbort(error, request.signal)) throw error;
        if (!repeatable(request) || unanswered >= (limits.unanswered ?? 3)) throw noAnswer(request, error);
        waitMs = FIRST_WAIT_MS * 2 ** unanswered + pick(options.random, FIRST_WAIT_MS);
        unanswered++;
      }
      await clock.sleep(waitMs, request.signal);
    }
  };
}

function repeatable(request: ApiRequest): boolean {
  return request.method === "GET" && request.query.get("watch") === null;
}

function waitAsked(response: ApiResponse, waitMsMax: number): number | undefined {
  if (response.status !== 429 && response.status < 500) return undefined;
  const seconds = Number(response.headers["retry-after"] ?? Number.NaN);
  const ms = seconds * 1000;
  return Number.isFinite(ms) && ms >= 0 && ms <= waitMsMax ? ms : undefined;
}

function noAnswer(request: ApiRequest, cause: unknown): OperatingError {
  return new OperatingError("NoAnswer", `no answer to ${request.method} ${request.path}`, { cause });
}
