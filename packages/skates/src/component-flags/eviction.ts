import { messageOf } from "@skates/component-base";
import { DEFAULT_EVICTION_HARD, type EvictionSettings, parseThresholds } from "@skates/kubelet";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import { durationFrom } from "./duration.ts";

export const EVICTION_FLAGS: FlagSpecs = {
  "eviction-hard": {
    type: "list",
    value: "SIGNAL<AMOUNT,…",
    doc: `Below what pods are evicted at once, as memory.available<1Gi (default ${[...DEFAULT_EVICTION_HARD].map((pair) => pair.join("<")).join(",")}).`,
  },
  "eviction-soft": {
    type: "list",
    value: "SIGNAL<AMOUNT,…",
    doc: "Below what pods are evicted if it lasts for the grace period of the signal.",
  },
  "eviction-soft-grace-period": {
    type: "list",
    value: "SIGNAL=DURATION,…",
    doc: "How long soft thresholds are missed before pods are evicted, as memory.available=1m30s.",
  },
  "eviction-minimum-reclaim": {
    type: "list",
    value: "SIGNAL=AMOUNT,…",
    doc: "What is freed beyond a threshold once it was missed, as imagefs.available=2Gi.",
  },
  "eviction-pressure-transition-period": {
    type: "string",
    value: "DURATION",
    doc: "How long a node is said to be under pressure after it was (default 5m0s).",
  },
  "eviction-max-pod-grace-period": {
    type: "int",
    value: "SECONDS",
    doc: "Most seconds that pods get to end when a soft threshold is missed (default 0).",
  },
};

const TRANSITION_MS = 300_000;

/** When a node evicts pods. Flags for hard thresholds take the place of all defaults. Throws a usage error. */
export function evictionFrom(flags: FlagValues): EvictionSettings {
  const hard = pairs(flags, "eviction-hard", "<") ?? DEFAULT_EVICTION_HARD;
  const texts = {
    hard,
    soft: pairs(flags, "eviction-soft", "<"),
    softGracePeriod: pairs(flags, "eviction-soft-grace-period", "="),
    minimumReclaim: pairs(flags, "eviction-minimum-reclaim", "="),
  };
  const transitionMs = durationFrom(flags, "eviction-pressure-transition-period") ?? TRANSITION_MS;
  if (transitionMs < 0) throw usageError("flag --eviction-pressure-transition-period must not be negative");
  const graceSecondsMax = flags.int("eviction-max-pod-grace-period") ?? 0;
  try {
    return { thresholds: parseThresholds(texts), transitionMs, graceSecondsMax };
  } catch (error) {
    throw usageError(`flags --eviction-…: ${messageOf(error)}`);
  }
}

/** Undefined: the flag was not given. An empty value is none. */
function pairs(flags: FlagValues, name: string, between: "<" | "="): ReadonlyMap<string, string> | undefined {
  if (flags.given[name] === undefined) return undefined;
  return new Map(
    flags.strings(name).map((text) => {
      const at = text.indexOf(between);
      const pair = [text.slice(0, at).trim(), text.slice(at + 1).trim()] as const;
      if (at > 0 && pair[1] !== "") return pair;
      throw usageError(`invalid value ${JSON.stringify(text)} for flag --${name}: SIGNAL${between}VALUE`);
    }),
  );
}
