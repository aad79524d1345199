import type { SchedulerPlugin } from "./plugin.ts";

/** The places where plugins have a say, as configurations name them, in the order in which a pod comes by. */
export const EXTENSION_POINTS = [
  "preEnqueue",
  "queueSort",
  "preFilter",
  "filter",
  "postFilter",
  "preScore",
  "score",
  "reserve",
  "permit",
  "preBind",
  "bind",
  "postBind",
] as const;

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number];

/** True if the plugin has something to say there. */
export function extendsPoint(plugin: SchedulerPlugin, point: ExtensionPoint): boolean {
  const judges = plugin.judges ?? ["filter", "score"];
  switch (point) {
    case "preFilter":
    case "filter":
      return plugin.prepare !== undefined && judges.includes("filter");
    case "preScore":
    case "score":
      return plugin.prepare !== undefined && judges.includes("score");
    case "queueSort":
      return plugin.queueSort !== undefined;
    default:
      return plugin[point] !== undefined;
  }
}

/** The name of a point as Go's interfaces spell it, which upstream's messages use: `FilterPlugin`. */
export function interfaceName(point: ExtensionPoint): string {
  return `${point.charAt(0).toUpperCase()}${point.slice(1)}Plugin`;
}
