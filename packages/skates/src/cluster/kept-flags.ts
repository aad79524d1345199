import { failure } from "../cli/errors.ts";
import type { GivenFlags } from "../cli/flags.ts";
import { type ClusterConfig, saveConfig } from "./config.ts";
import type { Paths } from "./data-dir.ts";
import { findProcesses } from "./processes.ts";

/** Keeps further flags of components. They are read when their process starts: changed ones wait for the next start. */
export function withFlags(paths: Paths, config: ClusterConfig, given: GivenFlags): ClusterConfig {
  const next = { ...config.flags, ...given };
  if (JSON.stringify(next) === JSON.stringify(config.flags ?? {})) return config;
  if (findProcesses(paths).length > 0) {
    throw failure("this cluster runs with other flags", "run 'skates down' first: flags are read at the start");
  }
  return saveConfig(paths, { ...config, flags: next });
}
