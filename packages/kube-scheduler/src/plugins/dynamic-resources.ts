import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";

const REJECTION = unresolvable("cannot allocate all claims");

/** Devices are not allocated yet: pods that claim some wait, rather than run without them. */
export const dynamicResources: SchedulerPlugin = {
  name: "DynamicResources",
  judges: ["filter"],
  wakes: [],
  prepare: ({ pod }) => ((pod.spec.resourceClaims ?? []).length === 0 ? undefined : { filter: () => REJECTION }),
};
