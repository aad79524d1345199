import type {
  DefaultPreemptionArgs,
  DynamicResourcesArgs,
  InterPodAffinityArgs,
  NodeAffinityArgs,
  NodeResourcesBalancedAllocationArgs,
  NodeResourcesFitArgs,
  PodTopologySpreadArgs,
  VolumeBindingArgs,
} from "@skates/api/kubescheduler/v1";
import type { Client } from "@skates/client";
import type { Env, FeatureGates } from "@skates/component-base";
import type { PluginRegistry } from "../config/build-profile.ts";
import type { WaitingPods } from "../framework/waiting-pods.ts";
import type { PodGroups } from "../gangs/pod-groups.ts";
import type { Cluster } from "../snapshot/cluster.ts";
import { deviceFeatures } from "../devices/device-features.ts";
import { deviceMatcher } from "../devices/device-matcher.ts";
import type { Devices } from "../devices/devices.ts";
import { DevicePromises } from "../devices/promises.ts";
import { defaultBinder } from "./default-binder.ts";
import { defaultPreemption, type PreemptionOptions } from "./default-preemption.ts";
import type { Surroundings } from "./default-plugins.ts";
import { dynamicResources } from "./dynamic-resources.ts";
import { gangScheduling } from "./gang-scheduling.ts";
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
import { volumeBinding } from "./volume-binding.ts";
import { volumeRestrictions } from "./volume-restrictions.ts";
import { volumeZone } from "./volume-zone.ts";

/** All that plugins may use. */
export interface PluginHandle extends Surroundings {
  readonly devices: Devices;
  readonly client: Client;
  readonly env: Env;
  readonly cluster: Cluster;
  readonly waiting: WaitingPods;
  readonly podGroups: PodGroups;
  /** Tries a waiting pod again. */
  readonly wake: (uid: string) => void;
  readonly preemption: PreemptionOptions;
  /** Resources that only extenders look after. */
  readonly ofExtenders: ReadonlySet<string>;
}

/** Makes further plugins, for those who bring their own. */
export type Plugins = (handle: PluginHandle) => PluginRegistry;

/** The plugins of Kubernetes. Arguments have been read and checked by the configuration. */
export function builtinPlugins(handle: PluginHandle): PluginRegistry {
  const { client, env, owners, volumes, devices, preemption, ofExtenders } = handle;
  const { clock } = env;
  const features = deviceFeatures(env.gates);
  const promises = new DevicePromises(devices);
  const served = features.extendedResources ? devices : undefined;
  return {
    SchedulingGates: () => schedulingGates,
    PrioritySort: () => prioritySort,
    NodeUnschedulable: () => nodeUnschedulable,
    NodeName: () => nodeName,
    TaintToleration: () => taintToleration,
    NodeAffinity: (args) => nodeAffinity(args as NodeAffinityArgs | undefined),
    NodePorts: () => nodePorts,
    NodeResourcesFit: (args) => nodeResourcesFit(args as NodeResourcesFitArgs | undefined, { ofExtenders, served }),
    VolumeRestrictions: () => volumeRestrictions(volumes),
    NodeVolumeLimits: () => nodeVolumeLimits(volumes),
    VolumeBinding: (args) => volumeBinding({ volumes, client, clock }, args as Partial<VolumeBindingArgs> | undefined),
    VolumeZone: () => volumeZone(volumes),
    PodTopologySpread: (args) => podTopologySpread(owners, args as PodTopologySpreadArgs | undefined),
    InterPodAffinity: (args) => interPodAffinity(args as InterPodAffinityArgs | undefined),
    DynamicResources: (args) =>
      dynamicResources({
        devices,
        promises,
        client,
        clock,
        features,
        matches: deviceMatcher(),
        random: env.random.stream("devices"),
        recorder: preemption.recorder,
        metrics: preemption.metrics,
        args: args as Partial<DynamicResourcesArgs> | undefined,
      }),
    NodeDeclaredFeatures: () => nodeDeclaredFeatures,
    GangScheduling: () => {
      const { podGroups: groups, waiting, wake } = handle;
      return gangScheduling({ groups, waiting, wake, client, env });
    },
    DefaultPreemption: (args) => defaultPreemption(preemption, args as DefaultPreemptionArgs | undefined),
    NodeResourcesBalancedAllocation: (args) =>
      nodeResourcesBalancedAllocation(args as NodeResourcesBalancedAllocationArgs | undefined),
    ImageLocality: () => imageLocality,
    DefaultBinder: () => defaultBinder({ client, clock }),
  };
}

/** The plugins of the default profile with their weights, in upstream's order: the first that rejects a node gives the reason. */
export function defaultPluginNames(
  gates: FeatureGates,
): readonly { readonly name: string; readonly weight?: number }[] {
  return [...DEFAULT_PLUGINS, ...GATED_PLUGINS.filter(({ gate }) => gates.enabled(gate))];
}

const DEFAULT_PLUGINS: readonly { readonly name: string; readonly weight?: number }[] = [
  { name: "SchedulingGates" },
  { name: "PrioritySort" },
  { name: "NodeUnschedulable" },
  { name: "NodeName" },
  { name: "TaintToleration", weight: 3 },
  { name: "NodeAffinity", weight: 2 },
  { name: "NodePorts" },
  { name: "NodeResourcesFit", weight: 1 },
  { name: "VolumeRestrictions" },
  { name: "NodeVolumeLimits" },
  { name: "VolumeBinding" },
  { name: "VolumeZone" },
  { name: "PodTopologySpread", weight: 2 },
  { name: "InterPodAffinity", weight: 2 },
  { name: "DynamicResources", weight: 2 },
  { name: "DefaultPreemption" },
  { name: "NodeResourcesBalancedAllocation", weight: 1 },
  { name: "ImageLocality", weight: 1 },
  { name: "DefaultBinder" },
];

const GATED_PLUGINS = [
  { name: "NodeDeclaredFeatures", gate: "NodeDeclaredFeatures" },
  { name: "GangScheduling", gate: "GangScheduling" },
];
