import {
  bool,
  duration,
  type Infer,
  int32,
  int64,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
} from "@skates/apimachinery";
import { NodeAffinity, TopologySpreadConstraint } from "../../core/v1/index.ts";

const GROUP = "kubescheduler.config.k8s.io/v1";

export const DefaultPreemptionArgs = struct(
  `${GROUP}.DefaultPreemptionArgs`,
  {
    ...typeMeta,
    minCandidateNodesPercentage: opt(1, int32, "Hundredths of the nodes that are tried out at least.", {
      keepZero: true,
      default: 10,
    }),
    minCandidateNodesAbsolute: opt(2, int32, "Nodes that are tried out at least.", { keepZero: true, default: 100 }),
  },
  { doc: "How many nodes preemption looks at." },
);
export interface DefaultPreemptionArgs extends Infer<typeof DefaultPreemptionArgs> {}

export const InterPodAffinityArgs = struct(
  `${GROUP}.InterPodAffinityArgs`,
  {
    ...typeMeta,
    hardPodAffinityWeight: opt(1, int32, "What a required affinity of a pod counts for those it asks to be near.", {
      keepZero: true,
      default: 1,
    }),
    ignorePreferredTermsOfExistingPods: opt(2, bool, "Wishes of other pods count only for pods with wishes."),
  },
  { doc: "How affinity to other pods counts." },
);
export interface InterPodAffinityArgs extends Infer<typeof InterPodAffinityArgs> {}

export const ResourceSpec = struct(
  `${GROUP}.ResourceSpec`,
  {
    name: req(1, string, "Name of the resource."),
    weight: opt(2, int64, "How much it counts.", { default: 1 }),
  },
  { doc: "A resource that counts in scores." },
);
export interface ResourceSpec extends Infer<typeof ResourceSpec> {}

export const UtilizationShapePoint = struct(
  `${GROUP}.UtilizationShapePoint`,
  {
    utilization: opt(1, int32, "How much is used, in hundredths.", { emitEmpty: true }),
    score: opt(2, int32, "What that is worth, 0 to 10.", { emitEmpty: true }),
  },
  { doc: "A point of the line from use to score." },
);
export interface UtilizationShapePoint extends Infer<typeof UtilizationShapePoint> {}

export const RequestedToCapacityRatioParam = struct(
  `${GROUP}.RequestedToCapacityRatioParam`,
  { shape: opt(1, list(ref<UtilizationShapePoint>(() => UtilizationShapePoint)), "The line from use to score.") },
  { doc: "What use of a node is worth." },
);
export interface RequestedToCapacityRatioParam extends Infer<typeof RequestedToCapacityRatioParam> {}

/** Cpu and memory, alike. */
const DEFAULT_RESOURCES = [
  { name: "cpu", weight: 1 },
  { name: "memory", weight: 1 },
];

export const ScoringStrategy = struct(
  `${GROUP}.ScoringStrategy`,
  {
    type: opt(1, string, "LeastAllocated, MostAllocated or RequestedToCapacityRatio."),
    resources: opt(2, list(ref<ResourceSpec>(() => ResourceSpec)), "What counts.", { default: DEFAULT_RESOURCES }),
    requestedToCapacityRatio: opt(
      3,
      ref<RequestedToCapacityRatioParam>(() => RequestedToCapacityRatioParam),
      "For RequestedToCapacityRatio.",
    ),
  },
  { doc: "Which nodes are preferred by what is used of them." },
);
export interface ScoringStrategy extends Infer<typeof ScoringStrategy> {}

export const NodeResourcesFitArgs = struct(
  `${GROUP}.NodeResourcesFitArgs`,
  {
    ...typeMeta,
    ignoredResources: opt(1, list(string), "Resources that need not fit."),
    ignoredResourceGroups: opt(
      2,
      list(string),
      "Groups of resources, by what stands before the slash, that need not fit.",
    ),
    scoringStrategy: opt(
      3,
      ref<ScoringStrategy>(() => ScoringStrategy),
      "Which nodes are preferred.",
      { default: { type: "LeastAllocated", resources: DEFAULT_RESOURCES } },
    ),
  },
  { doc: "What must fit, and which nodes are preferred." },
);
export interface NodeResourcesFitArgs extends Infer<typeof NodeResourcesFitArgs> {}

export const NodeResourcesBalancedAllocationArgs = struct(
  `${GROUP}.NodeResourcesBalancedAllocationArgs`,
  {
    ...typeMeta,
    resources: opt(1, list(ref<ResourceSpec>(() => ResourceSpec)), "What is to be in balance.", {
      default: DEFAULT_RESOURCES,
    }),
  },
  { doc: "Which resources are to be in balance." },
);
export interface NodeResourcesBalancedAllocationArgs extends Infer<typeof NodeResourcesBalancedAllocationArgs> {}

export const PodTopologySpreadArgs = struct(
  `${GROUP}.PodTopologySpreadArgs`,
  {
    ...typeMeta,
    defaultConstraints: opt(
      1,
      list(ref<TopologySpreadConstraint>(() => TopologySpreadConstraint)),
      "For pods without their own, with defaultingType List.",
    ),
    defaultingType: opt(2, string, "System or List.", { default: "System" }),
  },
  { doc: "How pods are spread that do not say it." },
);
export interface PodTopologySpreadArgs extends Infer<typeof PodTopologySpreadArgs> {}

export const VolumeBindingArgs = struct(
  `${GROUP}.VolumeBindingArgs`,
  {
    ...typeMeta,
    bindTimeoutSeconds: opt(1, int64, "How long claims may take to be bound.", { keepZero: true, default: 600 }),
    shape: opt(2, list(ref<UtilizationShapePoint>(() => UtilizationShapePoint)), "What use of storage is worth."),
  },
  { doc: "How volumes are bound." },
);
export interface VolumeBindingArgs extends Infer<typeof VolumeBindingArgs> {}

export const NodeAffinityArgs = struct(
  `${GROUP}.NodeAffinityArgs`,
  {
    ...typeMeta,
    addedAffinity: opt(
      1,
      ref<NodeAffinity>(() => NodeAffinity),
      "Holds for all pods beside their own.",
    ),
  },
  { doc: "Affinity that is added to that of pods." },
);
export interface NodeAffinityArgs extends Infer<typeof NodeAffinityArgs> {}

export const DynamicResourcesArgs = struct(
  `${GROUP}.DynamicResourcesArgs`,
  {
    ...typeMeta,
    filterTimeout: opt(1, duration, "How long a search for devices may take per node; 0s: without limit.", {
      keepZero: true,
      default: "10s",
    }),
    bindingTimeout: opt(2, duration, "How long devices may take to become ready.", {
      keepZero: true,
      default: "10m0s",
    }),
  },
  { doc: "Limits of the search for devices." },
);
export interface DynamicResourcesArgs extends Infer<typeof DynamicResourcesArgs> {}
