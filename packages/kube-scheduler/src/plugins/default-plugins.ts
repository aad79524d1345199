import type { SchedulerPlugin } from "../framework/plugin.ts";
import { NO_OWNERS, type Owners } from "./default-spread.ts";
import { imageLocality } from "./image-locality.ts";
import { interPodAffinity } from "./inter-pod-affinity.ts";
import { nodeAffinity } from "./node-affinity.ts";
import { nodeDeclaredFeatures } from "./node-declared-features.ts";
import { nodeName } from "./node-name.ts";
import { nodePorts } from "./node-ports.ts";
import { nodeResourcesBalancedAllocation } from "./node-resources-balanced-allocation.ts";
import { nodeResourcesFit } from "./node-resources-fit.ts";
import { nodeUnschedulable } from "./node-unschedulable.ts";
import { podTopologySpread } from "./pod-topology-spread.ts";
import { prioritySort } from "./priority-sort.ts";
import { schedulingGates } from "./scheduling-gates.ts";
import { taintToleration } from "./taint-toleration.ts";
import { nodeVolumeLimits } from "./node-volume-limits.ts";
import { volumeRestrictions } from "./volume-restrictions.ts";
import { volumeZone } from "./volume-zone.ts";
import { NO_VOLUMES, type Volumes } from "../volumes/volumes.ts";

/** What plugins want to know beside nodes and pods. */
export interface Surroundings {
  readonly volumes: Volumes;
  readonly owners: Owners;
}

const NOWHERE: Surroundings = { volumes: NO_VOLUMES, owners: NO_OWNERS };

/** The plugins of the default profile that decide without a client, in upstream's order: the first that rejects a node gives the reason. */
export function defaultPlugins({ volumes, owners }: Surroundings = NOWHERE): readonly SchedulerPlugin[] {
  return [
    schedulingGates,
    prioritySort,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(),
    nodePorts,
    nodeResourcesFit(),
    volumeRestrictions(volumes),
    nodeVolumeLimits(volumes),
    volumeZone(volumes),
    podTopologySpread(owners),
    interPodAffinity(),
    nodeResourcesBalancedAllocation(),
    imageLocality,
    nodeDeclaredFeatures,
  ];
}
