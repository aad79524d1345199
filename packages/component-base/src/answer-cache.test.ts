// What is remembered, for how long, and what goes when there is no more room. On a virtual clock.
import { expect, test } from "vitest";
import { AnswerCache } from "./answer-cache.ts";
import { virtualClock } from "./virtual-clock.ts";

test("an answer is found until its time is up, nothing among them", async () => {
  const clock = virtualClock();
  const cache = new AnswerCache<string | undefined>({ clock, entriesMax: 10 });
  cache.keep("who", "me", 100);
  cache.keep("what", undefined, 200);
  cache.keep("never", "kept", 0);
  const seen = () => ["who", "what", "never", "unasked"].map((question) => cache.find(question)?.answer ?? "-");
  const known = () => ["who", "what", "never", "unasked"].map((question) => cache.find(question) !== undefined);
  expect([seen(), known()]).toEqual([
    ["me", "-", "-", "-"],
    [true, true, false, false],
  ]);
  await clock.advance(100);
  expect(known()).toEqual([false, true, false, false]);
  await clock.advance(100);
  expect(known()).toEqual([false, false, false, false]);
});

test("the oldest answer goes when there are too many; one that is not kept drives out none", () => {
  const cache = new AnswerCache<number>({ clock: virtualClock(), entriesMax: 2 });
  cache.keep("a", 1, 100);
  cache.keep("b", 2, 100);
  cache.keep("z", 0, 0);
  cache.keep("a", 3, 100);
  cache.keep("c", 4, 100);
  expect(["a", "b", "c", "z"].map((question) => cache.find(question)?.answer)).toEqual([3, undefined, 4, undefined]);
});
