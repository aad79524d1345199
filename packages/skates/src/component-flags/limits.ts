import type { KubeApiServerOptions } from "@skates/kube-apiserver";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";
import { durationFrom } from "./duration.ts";

export const LIMIT_FLAGS: FlagSpecs = {
  "max-requests-inflight": { type: "int", value: "N", doc: "Requests that read, at a time (default 400)." },
  "max-mutating-requests-inflight": { type: "int", value: "N", doc: "Requests that write, at a time (default 200)." },
  "enable-priority-and-fairness": {
    type: "bool",
    doc: "Share both among users by FlowSchemas and PriorityLevelConfigurations (default true).",
  },
  "request-timeout": {
    type: "string",
    value: "DURATION",
    doc: "Time for requests but watches and streams (default 1m0s).",
  },
  "min-request-timeout": { type: "int", value: "SECONDS", doc: "Shortest time that a watch runs (default 1800)." },
};

/** Bounds of the API server; those that no flag names have their defaults. Throws a usage error for values that mean nothing. */
export function limitsFrom(flags: FlagValues): Pick<KubeApiServerOptions, "limits" | "fairness"> {
  const seconds = flags.int("min-request-timeout");
  return {
    fairness: flags.string("enable-priority-and-fairness") !== "false",
    limits: {
      ...present("readingInFlight", flags.int("max-requests-inflight")),
      ...present("writingInFlight", flags.int("max-mutating-requests-inflight")),
      ...present("requestMs", timeoutOf(flags)),
      ...present("watchMsMin", seconds === undefined ? undefined : seconds * 1000),
    },
  };
}

function present<K extends string>(name: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, number>);
}

function timeoutOf(flags: FlagValues): number | undefined {
  const ms = durationFrom(flags, "request-timeout");
  if (ms === undefined || ms > 0) return ms;
  throw usageError("invalid value for flag --request-timeout: more than nothing, as 1m0s");
}
