// When nodes evict pods: what the flags give, and what they refuse.
import { expect, it } from "vitest";
import { parseFlags } from "../cli/flags.ts";
import { EVICTION_FLAGS, evictionFrom } from "./eviction.ts";

const read = (...argv: readonly string[]) => evictionFrom(parseFlags("up", EVICTION_FLAGS, argv).flags);

it("keeps something of memory and disks free by default", () => {
  const part = { part: Math.fround(0.05) };
  expect(read()).toEqual({
    thresholds: [
      { signal: "memory.available", value: { number: 104_857_600, text: "100Mi" }, graceMs: 0 },
      { signal: "nodefs.available", value: part, graceMs: 0 },
      { signal: "nodefs.inodesFree", value: part, graceMs: 0 },
      { signal: "imagefs.available", value: part, graceMs: 0 },
      { signal: "imagefs.inodesFree", value: part, graceMs: 0 },
    ],
    transitionMs: 300_000,
    graceSecondsMax: 0,
  });
});

it("hard thresholds replace all defaults; soft ones have grace, and both what is to be reclaimed", () => {
  expect(
    read(
      "--eviction-hard=memory.available<1Gi,pid.available<10%",
      "--eviction-soft=memory.available<2Gi",
      "--eviction-soft-grace-period=memory.available=1m30s",
      "--eviction-minimum-reclaim=memory.available=512Mi",
      "--eviction-pressure-transition-period=30s",
      "--eviction-max-pod-grace-period=20",
    ),
  ).toEqual({
    thresholds: [
      {
        signal: "memory.available",
        value: { number: 2 ** 30, text: "1Gi" },
        graceMs: 0,
        minReclaim: { number: 2 ** 29, text: "512Mi" },
      },
      { signal: "pid.available", value: { part: Math.fround(0.1) }, graceMs: 0 },
      {
        signal: "memory.available",
        value: { number: 2 ** 31, text: "2Gi" },
        graceMs: 90_000,
        minReclaim: { number: 2 ** 29, text: "512Mi" },
      },
    ],
    transitionMs: 30_000,
    graceSecondsMax: 20,
  });
  expect(read("--eviction-hard=").thresholds).toEqual([]);
  expect(read("--eviction-hard=nodefs.available<0%").thresholds).toEqual([]);
});

it.each([
  [["--eviction-hard=memory.available=1Gi"], "SIGNAL<VALUE"],
  [["--eviction-hard=memory<1Gi"], "unsupported eviction signal memory"],
  [["--eviction-hard=memory.available<-1Gi"], "eviction threshold memory.available must be positive: -1Gi"],
  [["--eviction-hard=nodefs.available<120%"], "must be <= 100%"],
  [["--eviction-hard=nodefs.available<x%"], "is no percentage"],
  [["--eviction-soft=memory.available<1Gi"], "grace period must be specified for the soft eviction threshold"],
  [["--eviction-soft-grace-period=memory.available=-1s"], "must be a positive value"],
  [["--eviction-minimum-reclaim=nodefs.available=0%"], "must be positive: 0%"],
  [["--eviction-pressure-transition-period=soon"], "a duration"],
])("refuses %j", (argv, message) => {
  expect(() => read(...argv)).toThrow(message);
});
