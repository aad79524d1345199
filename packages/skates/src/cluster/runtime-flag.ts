import { usageError } from "../cli/errors.ts";
import type { FlagValues } from "../cli/flags.ts";
import type { ClusterConfig } from "./config.ts";

/** The flag `--runtime` of commands that make nodes; undefined: not given. */
export function runtimeFrom(flags: FlagValues): ClusterConfig["runtime"] | undefined {
  const runtime = flags.string("runtime");
  if (runtime === undefined || runtime === "containerd" || runtime === "simulated") return runtime;
  throw usageError(`invalid value ${JSON.stringify(runtime)} for flag --runtime: containerd or simulated`);
}
