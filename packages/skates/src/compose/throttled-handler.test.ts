// Requests beyond a burst wait for their turn, in order, and those that give up hold up nobody.
import type { ApiRequest, ApiResponse } from "@skates/apimachinery";
import { virtualClock } from "@skates/component-base";
import { expect, it } from "vitest";
import { throttledHandler } from "./throttled-handler.ts";

it("lets through a burst, and the rest at the rate", async () => {
  const clock = virtualClock();
  const served: string[] = [];
  const answer: ApiResponse = { status: 200, headers: {}, body: { kind: "none" } };
  const handler = throttledHandler(
    async ({ path }) => {
      served.push(`${path} at ${clock.monotonicMs()}`);
      return answer;
    },
    { clock, burst: 2, perSecond: 10 },
  );
  const stop = new AbortController();
  const ask = (path: string, signal: AbortSignal = new AbortController().signal): Promise<unknown> =>
    handler({ path, signal } as ApiRequest).catch((error: unknown) => error);
  const all = [ask("a"), ask("b"), ask("impatient", stop.signal), ask("c"), ask("d")];
  await clock.advance(50);
  stop.abort(new Error("enough"));
  await clock.advance(1000);
  await Promise.all(all);
  expect(served.map((one) => one.split(" ")[0])).toEqual(["a", "b", "c", "d"]);
  expect(served.slice(0, 2)).toEqual(["a at 0", "b at 0"]);
});
