import type { Snapshot } from "../snapshot/cluster.ts";
import { type NodeInfo, nodeWithPods } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { isRejection, type NodeJudge, type SchedulerPlugin } from "./plugin.ts";
import { NO_TIMES, type PluginTimes } from "./plugin-times.ts";
import type { Voice } from "./profile.ts";
import type { Rejection } from "./verdict.ts";

/** A plugin with what it says of one pod. */
export interface Judging {
  readonly plugin: SchedulerPlugin;
  readonly judge: NodeJudge;
  readonly weight: number;
}

/** The judges of a pod, or the plugin that rejects it whatever the node. */
export type Prepared =
  | { readonly judges: readonly Judging[] }
  | { readonly plugin: SchedulerPlugin; readonly rejection: Rejection };

/** Asks these plugins about a pod. */
export function prepareAll(
  voices: readonly Voice[],
  pod: PodInfo,
  snapshot: Snapshot,
  times: PluginTimes = NO_TIMES,
): Prepared {
  const judges: Judging[] = [];
  for (const voice of voices) {
    const { plugin, weight, filters } = voice;
    const prepare = (): ReturnType<NonNullable<SchedulerPlugin["prepare"]>> => plugin.prepare?.(pod, snapshot);
    const prepared = times.on ? times.run(plugin, filters ? "PreFilter" : "PreScore", prepare) : prepare();
    if (isRejection(prepared)) {
      if (filters) return { plugin, rejection: prepared };
    } else if (prepared !== undefined) judges.push({ plugin, judge: heard(prepared, voice), weight });
  }
  return { judges };
}

/** The judge without the answers that do not count in this profile. */
function heard(judge: NodeJudge, { filters, scores }: Voice): NodeJudge {
  if (filters && scores) return judge;
  const { grouped, byRow } = judge;
  const row =
    byRow &&
    picked(byRow, [...(filters ? (["passes"] as const) : []), ...(scores ? (["score", "scoreAtMost"] as const) : [])]);
  const rest = { ...picked(judge, ["stamp"]), ...(row === undefined ? {} : { byRow: row }) };
  const filtering = filters ? { ...picked(judge, ["filter", "passesAll", "only"]) } : {};
  const scoring = scores ? { ...picked(judge, ["score", "normalize", "weigh"]) } : {};
  if (grouped === undefined) return { ...rest, ...filtering, ...scoring };
  const common = picked(grouped, ["keys", "begin"]);
  const parts = {
    ...(filters ? picked(grouped, ["local", "filter"]) : {}),
    ...(scores ? picked(grouped, ["weigh", "score"]) : {}),
  };
  return { ...rest, ...filtering, ...scoring, grouped: { keys: grouped.keys, ...common, ...parts } };
}

function picked<T extends object, K extends keyof T>(value: T, names: readonly K[]): Partial<Pick<T, K>> {
  const out: Partial<Pick<T, K>> = {};
  for (const name of names) if (value[name] !== undefined) out[name] = value[name];
  return out;
}

/** Why a node was ruled out, and by which plugin. */
export interface Ruling {
  readonly plugin: SchedulerPlugin;
  readonly rejection: Rejection;
}

/** The first judge that rejects the node. */
export function firstRuling(
  judges: readonly Judging[],
  node: NodeInfo,
  times: PluginTimes = NO_TIMES,
): Ruling | undefined {
  for (const { plugin, judge } of judges) {
    const { filter } = judge;
    if (filter === undefined) continue;
    const rejection = times.on ? times.run(plugin, "Filter", () => filter(node)) : filter(node);
    if (rejection !== undefined) return { plugin, rejection };
  }
  return undefined;
}

/**
 * The first judge that rejects the node as it would be once the pods had come that it is being cleared for, as far as these are no less
 * important than the pod.
 */
export function nominationRuling(
  judges: readonly Judging[],
  node: NodeInfo,
  { pod, snapshot }: { readonly pod: PodInfo; readonly snapshot: Snapshot },
): Ruling | undefined {
  if (snapshot.nominationCount === 0) return undefined;
  const coming = snapshot
    .nominatedOn(node.name)
    .filter(({ uid, priority }) => uid !== pod.uid && priority >= pod.priority);
  return coming.length === 0 ? undefined : firstRuling(judges, nodeWithPods(node, [...node.pods.values(), ...coming]));
}
