import { invalidConfiguration } from "@skates/apimachinery";
import type { Plugin, PluginSet } from "@skates/api/kubescheduler/v1";
import { EXTENSION_POINTS, type ExtensionPoint, extendsPoint, interfaceName } from "../framework/extension-points.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { Profile } from "../framework/profile.ts";
import type { ProfileConfiguration } from "./read-configuration.ts";

/** Makes a plugin from its arguments, as read from the configuration; undefined: none were given. */
export type PluginFactory = (args: unknown) => SchedulerPlugin;

/** Plugins by name. Which of them are used, the configuration says. */
export type PluginRegistry = Readonly<Record<string, PluginFactory>>;

interface Enabled {
  readonly name: string;
  readonly weight?: number | undefined;
}

/**
 * The profile that a configuration describes: the default plugins, less those that it disables, more those that it enables. Throws
 * `InvalidConfiguration` where it names what there is not.
 */
export function buildProfile(
  configuration: ProfileConfiguration,
  { registry, defaults }: { readonly registry: PluginRegistry; readonly defaults: readonly Enabled[] },
): Profile {
  const { schedulerName: name, plugins: given, args, percentageOfNodesToScore } = configuration;
  const made = new Map<string, SchedulerPlugin>();
  const pluginOf = (pluginName: string, point: ExtensionPoint | undefined): SchedulerPlugin => {
    const known = made.get(pluginName);
    if (known !== undefined) return known;
    const factory = Object.hasOwn(registry, pluginName) ? registry[pluginName] : undefined;
    const what = point === undefined ? "plugin" : interfaceName(point);
    if (factory === undefined) throw invalidConfiguration(`${what} ${JSON.stringify(pluginName)} does not exist`);
    const plugin = factory(args.get(pluginName));
    made.set(pluginName, plugin);
    return plugin;
  };
  const everywhere = merged(defaults, given.multiPoint);
  const explicit = new Set((given.multiPoint?.enabled ?? []).map((plugin) => plugin.name));
  const weights = new Map<SchedulerPlugin, number>();
  const at = (point: ExtensionPoint): readonly SchedulerPlugin[] => {
    const here: readonly Enabled[] = given[point]?.enabled ?? [];
    for (const entry of here) {
      if (!extendsPoint(pluginOf(entry.name, point), point)) {
        throw invalidConfiguration(
          `plugin ${JSON.stringify(entry.name)} does not extend ${interfaceName(point)} plugin`,
        );
      }
    }
    const list = expanded({ everywhere, explicit, here, disabled: given[point]?.disabled ?? [] }, (entry) =>
      extendsPoint(pluginOf(entry.name, undefined), point),
    );
    if (new Set(list.map((entry) => entry.name)).size < list.length) {
      const twice = list.find((entry, i) => list.findIndex((other) => other.name === entry.name) < i);
      throw invalidConfiguration(
        `plugin ${JSON.stringify(twice?.name)} already registered as ${JSON.stringify(interfaceName(point))}`,
      );
    }
    if (point === "score") for (const entry of list) weights.set(pluginOf(entry.name, point), entry.weight ?? 1);
    return list.map((entry) => pluginOf(entry.name, point));
  };
  const plugins = pointsBy(at);
  const quoted = JSON.stringify(name);
  if (plugins.queueSort.length !== 1) {
    const problem =
      plugins.queueSort.length === 0
        ? `at least one queue sort plugin is needed for profile with scheduler name ${quoted}`
        : `only one queue sort plugin required for profile with scheduler name ${quoted}, but got ${plugins.queueSort.length}`;
    throw invalidConfiguration(problem);
  }
  if (plugins.bind.length === 0) {
    throw invalidConfiguration(`at least one bind plugin is needed for profile with scheduler name ${quoted}`);
  }
  return { name, plugins, weights, percentageOfNodesToScore };
}

function pointsBy(at: (point: ExtensionPoint) => readonly SchedulerPlugin[]): Profile["plugins"] {
  const entries = EXTENSION_POINTS.map((point) => [point, at(point)] as const);
  // All points are there, each once.
  return Object.fromEntries(entries) as Record<ExtensionPoint, readonly SchedulerPlugin[]>;
}

/** The default with what a set changes about it. A default that is enabled again keeps its place, with the weight now given. */
function merged(defaults: readonly Enabled[], set: PluginSet = {}): readonly Enabled[] {
  const disabled = new Set((set.disabled ?? []).map(({ name }) => name));
  const enabled: readonly Plugin[] = set.enabled ?? [];
  const kept = disabled.has("*")
    ? []
    : defaults
        .filter(({ name }) => !disabled.has(name))
        .map((plugin) => enabled.find(({ name }) => name === plugin.name) ?? plugin);
  const names = new Set(kept.map(({ name }) => name));
  return [...kept, ...enabled.filter(({ name }) => !names.has(name))];
}

interface AtPoint {
  readonly everywhere: readonly Enabled[];
  /** Named by the configuration for all points. */
  readonly explicit: ReadonlySet<string>;
  /** Named for this point. */
  readonly here: readonly Enabled[];
  readonly disabled: readonly Plugin[];
}

/** What stands at a point: those of all points that are named here again come first, then the others of all points, then those of here. */
function expanded(
  { everywhere, explicit, here, disabled }: AtPoint,
  fits: (entry: Enabled) => boolean,
): readonly Enabled[] {
  const off = new Set(disabled.map(({ name }) => name));
  const named = new Map(here.map((entry) => [entry.name, entry]));
  const general = everywhere.filter(({ name }) => !off.has(name) && !off.has("*")).filter(fits);
  const again = general.filter(({ name }) => explicit.has(name) && named.has(name));
  const first = again.map((entry) => named.get(entry.name) ?? entry);
  const firstNames = new Set(first.map(({ name }) => name));
  return [
    ...first,
    ...general.filter(({ name }) => !named.has(name)),
    ...here.filter(({ name }) => !firstNames.has(name)),
  ];
}
