import { messageOf } from "@skates/component-base";
import { sysctlAllowlist } from "@skates/kubelet";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const KUBELET_FLAGS: FlagSpecs = {
  "seccomp-default": {
    type: "bool",
    doc: "Containers that ask for no seccomp profile get the runtime's instead of none.",
  },
  "allowed-unsafe-sysctls": {
    type: "list",
    value: "NAMES",
    doc: "Sysctls that pods may set besides the safe ones: names, or beginnings that end in *.",
  },
  "pod-max-pids": {
    type: "string",
    value: "N",
    doc: "How many processes and threads a pod may have, -1 for as many as the machine (default -1).",
  },
};

/** What pods may do to a node. */
export interface PodLimits {
  readonly unsafeSysctls: readonly string[];
  readonly podMaxPids?: number;
}

/** What the flags allow pods. Throws a usage error. */
export function podLimitsFrom(flags: FlagValues): PodLimits {
  const unsafeSysctls = flags.strings("allowed-unsafe-sysctls");
  try {
    sysctlAllowlist(unsafeSysctls);
  } catch (error) {
    throw usageError(`--allowed-unsafe-sysctls: ${messageOf(error)}`);
  }
  const most = flags.string("pod-max-pids") ?? "-1";
  if (most === "-1") return { unsafeSysctls };
  if (/^[1-9]\d{0,8}$/.test(most)) return { unsafeSysctls, podMaxPids: Number(most) };
  throw usageError(`invalid value ${JSON.stringify(most)} for flag --pod-max-pids: a whole number, or -1`);
}

/** Whether containers get the runtime's seccomp profile by default. */
export function seccompDefaultFrom(flags: FlagValues): boolean {
  return flags.bool("seccomp-default");
}
