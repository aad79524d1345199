// What looks at a node mean, one after another: thresholds with and without grace, what is to be reclaimed, conditions that linger.
import { expect, test } from "vitest";
import { type Judgement, judge, NO_STATE } from "./pressure-state.ts";
import { DEFAULT_EVICTION_HARD, parseThresholds, type Signal } from "./thresholds.ts";

const brief = ({ pressure, due }: Judgement) => [
  Object.entries(pressure).flatMap(([kind, under]) => (under ? [kind] : [])),
  due.map(({ signal, graceMs }) => `${signal} ${graceMs}`),
];

/** Looks at so much of a signal, of a hundred, at each time. */
function looks(thresholds: ReturnType<typeof parseThresholds>, signal: Signal, at: readonly [number, number][]) {
  let state = NO_STATE;
  return at.map(([nowMs, available]) => {
    const observations = new Map([[signal, { available, capacity: 100 }]]);
    const judgement = judge(state, { thresholds, observations, transitionMs: 60_000, nowMs });
    state = judgement.state;
    return brief(judgement);
  });
}

test("a hard threshold counts at once, and the node is under pressure for a while longer", () => {
  const hard = parseThresholds({ hard: DEFAULT_EVICTION_HARD });
  expect(
    looks(hard, "nodefs.available", [
      [0, 5],
      [10, 4],
      [20, 5],
      [60_009, 5],
      [60_010, 5],
    ]),
  ).toEqual([
    [[], []],
    [["disk"], ["nodefs.available 0"]],
    [["disk"], []],
    [["disk"], []],
    [[], []],
  ]);
});

test("a soft threshold tells at once, and counts once it has lasted without a break", () => {
  const soft = parseThresholds({
    hard: new Map(),
    soft: new Map([["memory.available", "10"]]),
    softGracePeriod: new Map([["memory.available", "30s"]]),
  });
  expect(
    looks(soft, "memory.available", [
      [0, 9],
      [20_000, 10],
      [30_000, 9],
      [59_000, 9],
      [60_000, 9],
    ]),
  ).toEqual([
    [["memory"], []],
    [["memory"], []],
    [["memory"], []],
    [["memory"], []],
    [["memory"], ["memory.available 30000"]],
  ]);
});

test("once missed, a threshold is kept only with what is to be reclaimed beyond it", () => {
  const both = parseThresholds({
    hard: new Map([["pid.available", "10%"]]),
    minimumReclaim: new Map([["pid.available", "5"]]),
  });
  expect(
    looks(both, "pid.available", [
      [0, 12],
      [1, 9],
      [2, 14],
      [3, 15],
      [4, 12],
    ]).map(([, due]) => due),
  ).toEqual([[], ["pid.available 0"], ["pid.available 0"], [], []]);
});

test("memory goes first; what could not be measured is not missed", () => {
  const hard = parseThresholds({ hard: new Map([...DEFAULT_EVICTION_HARD].toReversed()) });
  const observations = new Map<Signal, { available: number; capacity: number }>([
    ["imagefs.inodesFree", { available: 1, capacity: 100 }],
    ["nodefs.inodesFree", { available: 0, capacity: 0 }],
    ["memory.available", { available: 1, capacity: 2 ** 30 }],
  ]);
  expect(brief(judge(NO_STATE, { thresholds: hard, observations, transitionMs: 0, nowMs: 0 }))).toEqual([
    ["memory", "disk"],
    ["memory.available 0", "imagefs.inodesFree 0"],
  ]);
});
