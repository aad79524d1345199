import type { Handler } from "@skates/apimachinery";
import type { Clock } from "@skates/component-base";
import { tokenBucket } from "@skates/transport";

/** Lets through no more requests than that; what is too much waits its turn. */
export function throttledHandler(
  handler: Handler,
  { clock, burst, perSecond }: { readonly clock: Clock; readonly burst: number; readonly perSecond: number },
): Handler {
  const bucket = tokenBucket(clock, burst, perSecond);
  const stepMs = Math.max(1, Math.ceil(1000 / perSecond));
  let last: Promise<unknown> = Promise.resolve();
  return async (request) => {
    const turn = last.then(async () => {
      while (!bucket.take()) await clock.sleep(stepMs, request.signal);
    });
    // Who gives up keeps nobody else from his turn.
    last = turn.catch(() => undefined);
    await turn;
    return await handler(request);
  };
}
