import { type ExtensionPoint, extendsPoint } from "./extension-points.ts";
import type { SchedulerPlugin } from "./plugin.ts";

/** The plugins of pods that name one scheduler. */
export interface Profile {
  /** As pods name it in `schedulerName`. */
  readonly name: string;
  /** By extension point, in the order in which they are asked. */
  readonly plugins: Readonly<Record<ExtensionPoint, readonly SchedulerPlugin[]>>;
  /** By plugin, how much its scores count; others count once. */
  readonly weights: ReadonlyMap<SchedulerPlugin, number>;
  /** Once that many hundredths of the nodes were found feasible the search ends; undefined: all are looked at. */
  readonly percentageOfNodesToScore?: number | undefined;
}

/** A profile in which each plugin stands at every point that it extends, in the order given. */
export function profileOf(name: string, plugins: readonly SchedulerPlugin[]): Profile {
  const at = (point: ExtensionPoint): readonly SchedulerPlugin[] =>
    plugins.filter((plugin) => extendsPoint(plugin, point));
  return {
    name,
    plugins: {
      preEnqueue: at("preEnqueue"),
      queueSort: at("queueSort"),
      preFilter: at("preFilter"),
      filter: at("filter"),
      postFilter: at("postFilter"),
      preScore: at("preScore"),
      score: at("score"),
      reserve: at("reserve"),
      permit: at("permit"),
      preBind: at("preBind"),
      bind: at("bind"),
      postBind: at("postBind"),
    },
    weights: new Map(plugins.map((plugin) => [plugin, plugin.weight ?? 1])),
  };
}

/** A plugin that judges nodes, and which of its answers count. */
export interface Voice {
  readonly plugin: SchedulerPlugin;
  readonly weight: number;
  readonly filters: boolean;
  readonly scores: boolean;
}

/** The plugins that judge nodes: those that filter in their order, then those that only score. */
export function voicesOf({ plugins, weights }: Profile): readonly Voice[] {
  const judging = new Set([...plugins.filter, ...plugins.preFilter, ...plugins.score, ...plugins.preScore]);
  return [...judging].map((plugin) => ({
    plugin,
    weight: weights.get(plugin) ?? plugin.weight ?? 1,
    filters: plugins.filter.includes(plugin),
    scores: plugins.score.includes(plugin),
  }));
}
