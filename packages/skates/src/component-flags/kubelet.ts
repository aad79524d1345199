import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const KUBELET_FLAGS: FlagSpecs = {
  "seccomp-default": {
    type: "bool",
    doc: "Containers that ask for no seccomp profile get the runtime's instead of none.",
  },
};

/** Whether containers get the runtime's seccomp profile by default. */
export function seccompDefaultFrom(flags: FlagValues): boolean {
  return flags.bool("seccomp-default");
}
