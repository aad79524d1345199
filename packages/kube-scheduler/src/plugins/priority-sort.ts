import type { SchedulerPlugin } from "../framework/plugin.ts";

/** Pods of higher priority come first, then those that have waited longer. */
export const prioritySort: SchedulerPlugin = {
  name: "PrioritySort",
  wakes: [],
  queueSort: (a, b) => b.info.priority - a.info.priority || a.sinceMs - b.sinceMs,
};
