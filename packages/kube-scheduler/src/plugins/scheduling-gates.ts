import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";

/** Holds back pods until their gates are removed. */
export const schedulingGates: SchedulerPlugin = {
  name: "SchedulingGates",
  wakes: [],
  preEnqueue({ pod }) {
    const gates = pod.spec.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return unresolvable(`waiting for scheduling gates: [${gates.map((gate) => gate.name).join(" ")}]`);
  },
};
