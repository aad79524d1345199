import { CONTROLLER_NAMES, type ControllerManagerOptions, selectControllers } from "@skates/kube-controller-manager";
import { messageOf } from "@skates/component-base";
import { usageError } from "../cli/errors.ts";
import type { FlagSpecs, FlagValues } from "../cli/flags.ts";

export const CONTROLLER_FLAGS: FlagSpecs = {
  controllers: {
    type: "list",
    value: "NAMES",
    doc: "Controllers to run: * for all, name for one more, -name for one less, separated by commas (default *).",
  },
};

/** Which controllers run. Throws a usage error that lists all when one is not known. */
export function controllersFrom(flags: FlagValues): Pick<ControllerManagerOptions, "controllers"> {
  const controllers = flags.strings("controllers");
  if (controllers.length === 0) return {};
  try {
    selectControllers(controllers, CONTROLLER_NAMES);
  } catch (error) {
    throw usageError(messageOf(error));
  }
  return { controllers };
}
