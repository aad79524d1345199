import type { DaemonSet } from "@skates/api/apps/v1";
import type { Node, Pod } from "@skates/api/core/v1";
import type { Action } from "@skates/controller-runtime";
import { podAvailableAtMs } from "../pod/pod-state.ts";
import { fitFor } from "./fit.ts";
import { updated } from "./daemon-pod.ts";

/** A daemon set and the nodes it is about, as a plan sees them. */
export interface Scene {
  readonly set: DaemonSet;
  /** Of the revision as it is now. */
  readonly hash: string;
  readonly nodes: readonly NodeScene[];
  /** Pods that are meant for nodes which do not exist. */
  readonly stranded: readonly Pod[];
  readonly nowMs: number;
  /** From when on the failed pod of a node may be replaced. */
  replaceableAtMs(node: string, pod: Pod): number;
}

/** A node and the pods of the set that are there. */
export interface NodeScene {
  readonly name: string;
  readonly runs: boolean;
  readonly stays: boolean;
  readonly pods: readonly Pod[];
}

/** What is to be done. */
export interface Change {
  /** Nodes that get a pod. */
  readonly create: readonly string[];
  readonly delete: readonly Pod[];
  readonly events: readonly Action[];
  /** When there will be more to do. */
  readonly againAtMs?: number | undefined;
}

/** Nodes with what is on them. */
export function nodeScenes(
  set: DaemonSet,
  nodes: readonly Node[],
  pods: ReadonlyMap<string, readonly Pod[]>,
): readonly NodeScene[] {
  const fit = fitFor(set);
  return nodes.map((node) => ({
    name: node.metadata.name,
    ...fit(node),
    pods: pods.get(node.metadata.name) ?? [],
  }));
}

/** True if the pod does its work and has done so for long enough. */
export function available({ set, nowMs }: Scene, pod: Pod): boolean {
  const atMs = podAvailableAtMs(pod, set.spec.minReadySeconds ?? 0);
  return atMs !== undefined && atMs <= nowMs;
}

/** The pod of the new template and that of an earlier one; undefined when there are more than these. */
export function pairOn(scene: Scene, pods: readonly Pod[]): { readonly next?: Pod; readonly old?: Pod } | undefined {
  const staying = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const nexts = staying.filter((pod) => updated(scene.set, scene.hash, pod));
  const olds = staying.filter((pod) => !nexts.includes(pod));
  if (nexts.length > 1 || olds.length > 1) return undefined;
  const [[next], [old]] = [nexts, olds];
  return { ...(next === undefined ? {} : { next }), ...(old === undefined ? {} : { old }) };
}
