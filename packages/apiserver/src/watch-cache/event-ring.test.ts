// Shows what the ring keeps, by count and by bytes, and which revisions it can start from.
import { expect, test } from "vitest";
import { CacheEvent } from "./cache-event.ts";
import type { CachedObject } from "./cached-object.ts";
import { EventRing } from "./event-ring.ts";

const event = (revision: number): CacheEvent =>
  new CacheEvent(revision, { key: "k", current: undefined, previous: undefined });
const heavy = (revision: number): CacheEvent => {
  const current = { json: new Uint8Array(100) } as CachedObject;
  return new CacheEvent(revision, { key: "k", current, previous: undefined });
};
const revisions = (events: readonly CacheEvent[] | undefined): readonly number[] | undefined =>
  events?.map(({ revision }) => revision);

test("gives all events later than a revision, or says that some are gone", () => {
  const ring = new EventRing({ events: 3, bytes: 1000 }, 10);
  expect(revisions(ring.after(10))).toEqual([]);
  expect(ring.after(9)).toBeUndefined();
  for (const revision of [12, 15, 20]) ring.push(event(revision));
  expect(revisions(ring.after(10))).toEqual([12, 15, 20]);
  expect(revisions(ring.after(15))).toEqual([20]);
  ring.push(event(21));
  expect(ring.since).toBe(12);
  expect(ring.after(11)).toBeUndefined();
  expect(revisions(ring.after(12))).toEqual([15, 20, 21]);
  for (let revision = 22; revision < 500; revision++) ring.push(event(revision));
  expect(revisions(ring.after(496))).toEqual([497, 498, 499]);
});

test("keeps few heavy events", () => {
  const ring = new EventRing({ events: 4096, bytes: 1000 }, 0);
  for (let revision = 1; revision <= 300; revision++) ring.push(heavy(revision));
  expect([ring.size, ring.since]).toEqual([64, 236]);
});
