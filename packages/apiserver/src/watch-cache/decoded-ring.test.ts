// Shows who forgets when the ring is full: the oldest that nobody has used since it was last looked at.
import { expect, test } from "vitest";
import { DecodedRing, type Forgetful } from "./decoded-ring.ts";

class Entry implements Forgetful {
  forgotten = false;
  used = false;

  forget(): void {
    this.forgotten = true;
  }

  spare(): boolean {
    const { used } = this;
    this.used = false;
    return used;
  }
}

test("the oldest forgets, unless it was used", () => {
  const ring = new DecodedRing(2);
  const [a, b, c, d] = [new Entry(), new Entry(), new Entry(), new Entry()];
  ring.hold(a);
  ring.hold(b);
  a.used = true;
  ring.hold(c);
  expect([a, b, c].map(({ forgotten }) => forgotten)).toEqual([false, true, false]);
  ring.hold(d);
  expect([a, c, d].map(({ forgotten }) => forgotten)).toEqual([true, false, false]);
});

test("where all were used, one forgets all the same", () => {
  const ring = new DecodedRing(3);
  const entries = Array.from({ length: 3 }, () => new Entry());
  for (const entry of entries) ring.hold(entry);
  for (const entry of entries) entry.used = true;
  ring.hold(new Entry());
  expect(entries.filter(({ forgotten }) => forgotten)).toHaveLength(1);
});
