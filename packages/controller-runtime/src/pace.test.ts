// Times at which reports about a key are let through.
import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("the first twenty at once, then one each tenth of a second; a rest brings some of the twenty back", () => {
  const pace = new Pace();
  const passed: number[] = [];
  for (let nowMs = 0; nowMs < 1000; nowMs += 10) {
    while (pace.waitMs("a", nowMs) === 0) passed.push(nowMs);
  }
  expect(passed.filter((at) => at === 0)).toHaveLength(20);
  expect(passed.slice(20)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900]);
  expect(pace.waitMs("a", 990)).toBe(10);
  expect([1500, 1500, 1500, 1500, 1500, 1500, 1500].map((nowMs) => pace.waitMs("a", nowMs))).toEqual([
    0, 0, 0, 0, 0, 0, 100,
  ]);
});

test("keys do not wait for each other, and what has rested is forgotten", () => {
  const pace = new Pace();
  for (let i = 0; i < 20; i++) expect(pace.waitMs("a", 0)).toBe(0);
  expect([pace.waitMs("a", 0), pace.waitMs("b", 0)]).toEqual([100, 0]);
  for (let i = 0; i < 2000; i++) pace.waitMs(`key ${i}`, 10_000 + 200 * i);
  expect(pace.size).toBeLessThan(300);
});
