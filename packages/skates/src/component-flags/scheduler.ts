import { readFileSync } from "node:fs";
import { messageOf } from "@skates/component-base";
import { readSchedulerConfiguration } from "@skates/kube-scheduler";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

/** Upstream calls it `config`, of which every component has one. */
export const SCHEDULER_FLAGS: FlagSpecs = {
  "scheduler-config": {
    type: "file",
    value: "FILE",
    doc: "File with a KubeSchedulerConfiguration (kubescheduler.config.k8s.io/v1): profiles, plugins, extenders.",
  },
};

/** The text of the scheduler's configuration; undefined: the default. Throws a usage error that says what is wrong with the file. */
export function schedulerConfigurationFrom(flags: FlagValues): string | undefined {
  const file = flags.string("scheduler-config");
  if (file === undefined) return undefined;
  try {
    const text = readFileSync(file, "utf8");
    readSchedulerConfiguration(text);
    return text;
  } catch (error) {
    throw usageError(`--scheduler-config ${file}: ${messageOf(error)}`);
  }
}
