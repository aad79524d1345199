import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unresolvable } from "../framework/verdict.ts";

const REJECTION = unresolvable("node(s) didn't match the requested node name");

/** Holds a pod to the node that it names. */
export const nodeName: SchedulerPlugin = {
  name: "NodeName",
  judges: ["filter"],
  wakes: [{ on: ["NodeAdded"] }],
  sign: ({ pod }) => pod.spec.nodeName ?? "",
  prepare({ pod }) {
    const wanted = pod.spec.nodeName ?? "";
    return wanted === "" ? undefined : { filter: ({ name }) => (name === wanted ? undefined : REJECTION) };
  },
};
