import { CONTROLLER_NAMES, type ControllerManagerOptions, selectControllers } from "@skates/kube-controller-manager";
import { messageOf } from "@skates/component-base";
import { usageError } from "../cli/errors.ts";
import { durationFrom } from "./duration.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const CONTROLLER_FLAGS: FlagSpecs = {
  controllers: {
    type: "list",
    value: "NAMES",
    doc: "Controllers to run: * for all, name for one more, -name for one less, separated by commas (default *).",
  },
  "terminated-pod-gc-threshold": {
    type: "int",
    value: "N",
    doc: "How many pods that have ended are kept, 0 for all (default 12500).",
  },
  "disable-force-detach-on-timeout": {
    type: "bool",
    doc: "Leave volumes on nodes that are not well until these are tainted as out of service, not only for six minutes.",
  },
  "cluster-signing-duration": {
    type: "string",
    value: "DURATION",
    doc: "How long certificates last that are signed on request, and the most that may be asked for (default 8760h0m0s).",
  },
};

const YEAR_MS = 8_760 * 3_600_000;

/** How long certificates last that are signed on request, in ms. */
export function clusterSigningMs(flags: FlagValues): number {
  const validMs = durationFrom(flags, "cluster-signing-duration") ?? YEAR_MS;
  if (validMs > 0) return validMs;
  throw usageError("invalid value for flag --cluster-signing-duration: more than nothing, as 8760h");
}

/** Which controllers run. Throws a usage error that lists all when one is not known. */
export function controllersFrom(
  flags: FlagValues,
): Pick<ControllerManagerOptions, "controllers" | "endedPodsMax" | "keepAttached"> {
  const controllers = flags.strings("controllers");
  const endedPodsMax = flags.int("terminated-pod-gc-threshold");
  const keepAttached = flags.bool("disable-force-detach-on-timeout");
  if (controllers.length === 0) return { endedPodsMax, keepAttached };
  try {
    selectControllers(controllers, CONTROLLER_NAMES);
  } catch (error) {
    throw usageError(messageOf(error));
  }
  return { controllers, endedPodsMax, keepAttached };
}
