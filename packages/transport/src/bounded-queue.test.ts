// The queue keeps order, tells its producer when it is full, and ends in each of its ways.
import { expect, test } from "vitest";
import { BoundedQueue } from "./bounded-queue.ts";

const bytes = (): BoundedQueue<Uint8Array> => new BoundedQueue({ limit: 10, weigh: (c) => c.length });
async function all<T>(queue: AsyncIterable<T>): Promise<readonly T[]> {
  const out: T[] = [];
  for await (const item of queue) out.push(item);
  return out;
}

test("items come in order, and after the end nothing is taken", async () => {
  const queue = new BoundedQueue<number>({ limit: 10 });
  queue.push(1);
  const reading = all(queue);
  queue.push(2);
  queue.end();
  queue.push(3);
  expect(await reading).toEqual([1, 2]);
});

test("a full queue says so; room comes once it is half empty", async () => {
  const queue = bytes();
  expect(queue.push(new Uint8Array(9))).toBe(true);
  expect(queue.push(new Uint8Array(1))).toBe(false);
  let room = false;
  const waiting = queue.room().then(() => (room = true));
  const iterator = queue[Symbol.asyncIterator]();
  await Promise.resolve();
  expect(room).toBe(false);
  await iterator.next();
  await waiting;
  expect(room).toBe(true);
});

test("a failure comes after what was pushed before it", async () => {
  const queue = new BoundedQueue<number>({ limit: 10 });
  queue.push(1);
  queue.fail(new Error("broken"));
  const iterator = queue[Symbol.asyncIterator]();
  expect(await iterator.next()).toEqual({ done: false, value: 1 });
  await expect(iterator.next()).rejects.toThrow("broken");
});

test("a consumer that leaves frees the producer, and what follows is dropped", async () => {
  const queue = bytes();
  queue.push(new Uint8Array(20));
  const room = queue.room();
  for await (const _ of queue) break;
  await room;
  expect(queue.push(new Uint8Array(20))).toBe(true);
  expect(queue.full).toBe(false);
});
