// What one address, and all together, may take of the DNS server.
import { virtualClock } from "@skates/component-base";
import { expect, test } from "vitest";
import { type DnsLimits, SourceLimits } from "./source-limits.ts";

const MANY: DnsLimits = {
  perSourceSecond: 100,
  perSecond: 100,
  perSourceInFlight: 100,
  inFlight: 100,
  perSourceConnections: 100,
  connections: 100,
};
const times = (n: number, one: () => (() => void) | undefined) => Array.from({ length: n }, () => one() !== undefined);

test("an address asks so often in a second, and again in the next; others are not bothered", async () => {
  const clock = virtualClock();
  const limits = new SourceLimits(clock, { ...MANY, perSourceSecond: 2 });
  const ask = (source: string) => () => {
    const done = limits.question(source);
    done?.();
    return done;
  };
  expect([times(3, ask("a")), times(2, ask("b"))]).toEqual([
    [true, true, false],
    [true, true],
  ]);
  await clock.advance(1000);
  expect(times(3, ask("a"))).toEqual([true, true, false]);
});

test("all together ask so often in a second, whatever addresses they claim to have", () => {
  const limits = new SourceLimits(virtualClock(), { ...MANY, perSecond: 2 });
  expect(["a", "b", "c"].map((source) => limits.question(source) !== undefined)).toEqual([true, true, false]);
});

test("questions wait for others so many at a time, of one address and of all", () => {
  const limits = new SourceLimits(virtualClock(), { ...MANY, perSourceInFlight: 2, inFlight: 3 });
  const first = limits.question("a");
  expect([...times(2, () => limits.question("a")), ...times(2, () => limits.question("b"))]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  first?.();
  first?.(); // twice is once
  expect(times(2, () => limits.question("a"))).toEqual([true, false]);
});

test("connections are counted by themselves", () => {
  const limits = new SourceLimits(virtualClock(), { ...MANY, perSourceConnections: 1, connections: 2 });
  const end = limits.connection("a");
  expect(["a", "b", "c"].map((source) => limits.connection(source) !== undefined)).toEqual([false, true, false]);
  end?.();
  expect(limits.connection("a")).toBeTypeOf("function");
});
