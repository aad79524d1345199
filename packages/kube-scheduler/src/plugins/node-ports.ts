import type { SchedulerPlugin } from "../framework/plugin.ts";
import { unschedulable } from "../framework/verdict.ts";

const REJECTION = unschedulable("node(s) didn't have free ports for the requested pod ports");

/** Keeps pods from nodes where a host port of theirs is taken. */
export const nodePorts: SchedulerPlugin = {
  name: "NodePorts",
  judges: ["filter"],
  wakes: [
    { on: ["NodeAdded"] },
    { on: ["AssignedPodDeleted"], helps: (_, event) => "pod" in event && event.pod.ports.length > 0 },
  ],
  sign: ({ ports }) => ports,
  prepare: ({ ports }) =>
    ports.length === 0
      ? undefined
      : { filter: (node) => (ports.some((port) => node.portTaken(port)) ? REJECTION : undefined) },
};
