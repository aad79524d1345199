import type { NodeResourcesFitArgs } from "@skates/api/kubescheduler/v1";
import { isExtendedResource } from "@skates/api/core/v1";
import { type Devices, NO_DEVICES } from "../devices/devices.ts";
import { mayBeServed } from "../devices/extended-resources.ts";
import type { ClusterEvent } from "../framework/cluster-event.ts";
import type { SchedulerPlugin } from "../framework/plugin.ts";
import type { Verdict } from "../framework/verdict.ts";
import { AMOUNT } from "../snapshot/node-amounts.ts";
import type { NodeInfo } from "../snapshot/node-info.ts";
import type { PodInfo } from "../snapshot/pod-info.ts";
import { type Resources, toResources } from "../snapshot/resources.ts";
import { resourceScore } from "./resource-score.ts";

/** Resources that others look after. */
export interface OthersResources {
  /** Those that only extenders do. */
  readonly ofExtenders?: ReadonlySet<string> | undefined;
  /** Devices serve some where the node has none of its own. */
  readonly served?: Pick<Devices, "classOf" | "classStamp"> | undefined;
}

/** Keeps pods from nodes that lack what they ask for, and prefers nodes by what is used of them, as `args` say. */
export function nodeResourcesFit(
  args: Partial<NodeResourcesFitArgs> = {},
  { ofExtenders = new Set(), served = NO_DEVICES }: OthersResources = {},
): SchedulerPlugin {
  const ignored = ignoring(args, ofExtenders);
  const ofDevices = (name: string): boolean => mayBeServed(name) && served.classOf(name) !== undefined;
  const ignores = (name: string, offered: number): boolean => ignored(name) || (offered === 0 && ofDevices(name));
  const score = resourceScore(args.scoringStrategy);
  return {
    name: "NodeResourcesFit",
    wakes: [
      {
        on: ["NodeAdded", "NodeAllocatableChanged"],
        helps: (pod, event) => !("node" in event) || couldHold(event, pod, ignores),
      },
      { on: ["AssignedPodDeleted", "AssignedPodUpdated"] },
      { on: ["DevicesChanged"], helps: ({ requests }) => [...requests.scalars.keys()].some(ofDevices) },
    ],
    quick: true,
    sign: ({ requests, scored }) => [amounts(requests), amounts(scored)],
    prepare: (pod) => ({
      filter: (node) => fits(pod, node, ignores),
      score: (node) => score.of(pod, node),
      ...(pod.requests.scalars.size > 0 ? { stamp: () => served.classStamp() } : {}),
      byRow: {
        ...(pod.requests.scalars.size > 0 ? {} : { passes: (rows, at) => fitsIn(pod, rows, at) }),
        ...(score.byRow === undefined ? {} : score.byRow(pod)),
      },
    }),
  };
}

function ignoring(
  { ignoredResources = [], ignoredResourceGroups = [] }: Partial<NodeResourcesFitArgs>,
  ofExtenders: ReadonlySet<string>,
): (name: string) => boolean {
  if (ignoredResources.length + ignoredResourceGroups.length + ofExtenders.size === 0) return () => false;
  return (name) => {
    if (ofExtenders.has(name)) return true;
    if (!isExtendedResource(name)) return false;
    const [group = ""] = name.split("/");
    return ignoredResources.includes(name) || ignoredResourceGroups.includes(group);
  };
}

function amounts({ milliCpu, memoryBytes, ephemeralBytes, scalars }: Resources): unknown {
  return [milliCpu, memoryBytes, ephemeralBytes, ...scalars];
}

/** True for a resource that others look after on a node that offers so much of it. */
type Ignores = (name: string, offered: number) => boolean;

function fits({ requests }: PodInfo, node: NodeInfo, ignores: Ignores): Verdict {
  const { allocatable, requested } = node;
  let short: Shortage | undefined;
  if (node.pods.size + 1 > node.allocatablePods) short = add(short, "Too many pods", false);
  if (requests.milliCpu > 0 && requests.milliCpu > allocatable.milliCpu - requested.milliCpu) {
    short = add(short, "Insufficient cpu", requests.milliCpu > allocatable.milliCpu);
  }
  if (requests.memoryBytes > 0 && requests.memoryBytes > allocatable.memoryBytes - requested.memoryBytes) {
    short = add(short, "Insufficient memory", requests.memoryBytes > allocatable.memoryBytes);
  }
  if (requests.ephemeralBytes > 0 && requests.ephemeralBytes > allocatable.ephemeralBytes - requested.ephemeralBytes) {
    short = add(short, "Insufficient ephemeral-storage", requests.ephemeralBytes > allocatable.ephemeralBytes);
  }
  for (const [name, wanted] of requests.scalars) {
    const offered = allocatable.scalars.get(name) ?? 0;
    if (wanted === 0 || wanted <= offered - (requested.scalars.get(name) ?? 0) || ignores(name, offered)) continue;
    short = add(short, `Insufficient ${name}`, wanted > offered);
  }
  return short;
}

/** The same for a row of amounts, for pods that ask for nothing rarer. */
function fitsIn({ requests }: PodInfo, rows: Float64Array, at: number): boolean {
  const { milliCpu, memoryBytes, ephemeralBytes } = requests;
  if ((rows[at + AMOUNT.pods] ?? 0) < 1) return false;
  if (milliCpu > 0 && milliCpu > (rows[at + AMOUNT.freeCpu] ?? 0)) return false;
  if (memoryBytes > 0 && memoryBytes > (rows[at + AMOUNT.freeMemory] ?? 0)) return false;
  return ephemeralBytes === 0 || ephemeralBytes <= (rows[at + AMOUNT.freeEphemeral] ?? 0);
}

interface Shortage {
  readonly reasons: readonly string[];
  /** False as soon as the node would be too small even when empty. */
  readonly resolvable: boolean;
}

function add(short: Shortage | undefined, reason: string, never: boolean): Shortage {
  return { reasons: [...(short?.reasons ?? []), reason], resolvable: (short?.resolvable ?? true) && !never };
}

/** The changed node would be large enough if it were empty. */
function couldHold(
  event: Extract<ClusterEvent, { readonly node: unknown }>,
  { requests }: PodInfo,
  ignores: Ignores,
): boolean {
  const offered = toResources(event.node.status?.allocatable);
  if (requests.milliCpu > offered.milliCpu || requests.memoryBytes > offered.memoryBytes) return false;
  if (requests.ephemeralBytes > offered.ephemeralBytes) return false;
  return [...requests.scalars].every(([name, wanted]) => {
    const there = offered.scalars.get(name) ?? 0;
    return wanted <= there || ignores(name, there);
  });
}
