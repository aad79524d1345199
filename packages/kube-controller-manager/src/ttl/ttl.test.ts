// How long kubelets may keep what they have read, by the size of the cluster; a size at a border changes nothing.
import { expect, it } from "vitest";
import { ttlSeconds } from "./controller.ts";

it.each([
  [1, undefined, 0],
  [100, undefined, 0],
  [101, undefined, 15],
  [95, "15", 15],
  [89, "15", 0],
  [480, "15", 15],
  [501, "15", 30],
  [5_000, undefined, 300],
  [20_000, "0", 600],
  [3, "nonsense", 0],
])("%i nodes on the step of %s: %i", (count, known, seconds) => {
  expect(ttlSeconds(count, known)).toBe(seconds);
});
