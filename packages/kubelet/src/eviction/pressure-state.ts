import type { Pressure } from "../node-status/machine.ts";
import { amountOf, scarceOf, type Signal, type Threshold } from "./thresholds.ts";

/** What there is of something: bytes, inodes, processes. */
export interface Observation {
  readonly available: number;
  readonly capacity: number;
}

/** What could be measured. */
export type Observations = ReadonlyMap<Signal, Observation>;

/** What is remembered between two looks. */
export interface PressureState {
  /** Thresholds that were missed for their grace period, and are until there is what is to be reclaimed. */
  readonly missed: readonly Threshold[];
  /** Since when thresholds are missed. */
  readonly sinceMs: ReadonlyMap<Threshold, number>;
  /** When the node was last seen short of something. */
  readonly lastMs: ReadonlyMap<keyof Pressure, number>;
}

export const NO_STATE: PressureState = { missed: [], sinceMs: new Map(), lastMs: new Map() };

export const NO_PRESSURE: Pressure = { memory: false, disk: false, pid: false };

export interface Look {
  readonly thresholds: readonly Threshold[];
  readonly observations: Observations;
  /** How long a node is said to be under pressure after it was. */
  readonly transitionMs: number;
  readonly nowMs: number;
}

export interface Judgement {
  readonly state: PressureState;
  readonly pressure: Pressure;
  /** For these pods have to go; memory first. */
  readonly due: readonly Threshold[];
}

/** What a look at the node means, with what was seen before. Pure. */
export function judge(before: PressureState, { thresholds, observations, transitionMs, nowMs }: Look): Judgement {
  const now = missedOf(thresholds, observations, false);
  const still = missedOf(before.missed, observations, true);
  const all = [...now, ...still.filter((threshold) => !now.includes(threshold))];
  const sinceMs = new Map(all.map((threshold) => [threshold, before.sinceMs.get(threshold) ?? nowMs]));
  const lastMs = new Map([...before.lastMs, ...all.map(({ signal }) => [pressureOf(signal), nowMs] as const)]);
  const missed = all.filter((threshold) => nowMs - (sinceMs.get(threshold) ?? nowMs) >= threshold.graceMs);
  const isUnder = (kind: keyof Pressure) => {
    const ms = lastMs.get(kind);
    return ms !== undefined && (ms === nowMs || nowMs - ms < transitionMs);
  };
  return {
    state: { missed, sinceMs, lastMs },
    pressure: { memory: isUnder("memory"), disk: isUnder("disk"), pid: isUnder("pid") },
    due: missed.toSorted((a, b) => Number(isMemory(b)) - Number(isMemory(a))),
  };
}

/** The thresholds that are missed, or miss what is to be reclaimed beyond them. What was not measured is not missed. */
export function missedOf(
  thresholds: readonly Threshold[],
  observations: Observations,
  withReclaim: boolean,
): readonly Threshold[] {
  return thresholds.filter(({ signal, value, minReclaim }) => {
    const seen = observations.get(signal);
    if (seen === undefined) return false;
    const more = withReclaim && minReclaim !== undefined ? amountOf(minReclaim, seen.capacity) : 0;
    return seen.available < amountOf(value, seen.capacity) + more;
  });
}

function isMemory({ signal }: Threshold): boolean {
  return signal === "memory.available";
}

function pressureOf(signal: Signal): keyof Pressure {
  const scarce = scarceOf(signal);
  return scarce === "memory" ? "memory" : scarce === "pids" ? "pid" : "disk";
}
