import {
  type Infer,
  int32,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  LabelSelector,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { NodeSelector, NodeSelectorTerm } from "./node-selector.ts";
import { podAffinityTermRules, preferredTermRules } from "./affinity-rules.ts";

export const Affinity = struct(
  "core/v1.Affinity",
  {
    nodeAffinity: opt(
      1,
      ref<NodeAffinity>(() => NodeAffinity),
      "Rules about the labels of nodes.",
    ),
    podAffinity: opt(
      2,
      ref<PodAffinity>(() => PodAffinity),
      "Rules that draw the pod near other pods.",
    ),
    podAntiAffinity: opt(
      3,
      ref<PodAntiAffinity>(() => PodAntiAffinity),
      "Rules that keep the pod away from other pods.",
    ),
  },
  { doc: "Rules that draw a pod to nodes and other pods or keep it away from them." },
);
export interface Affinity extends Infer<typeof Affinity> {}

export const PodAntiAffinity = struct(
  "core/v1.PodAntiAffinity",
  {
    requiredDuringSchedulingIgnoredDuringExecution: opt(
      1,
      list(ref<PodAffinityTerm>(() => PodAffinityTerm)),
      "Terms that must all hold for a node; pods already running are left alone.",
    ),
    preferredDuringSchedulingIgnoredDuringExecution: opt(
      2,
      list(ref<WeightedPodAffinityTerm>(() => WeightedPodAffinityTerm)),
      "Terms that count for a node with their weights.",
    ),
  },
  { doc: "Rules that keep a pod away from other pods." },
);
export interface PodAntiAffinity extends Infer<typeof PodAntiAffinity> {}

export const PodAffinity = struct(
  "core/v1.PodAffinity",
  {
    requiredDuringSchedulingIgnoredDuringExecution: opt(
      1,
      list(ref<PodAffinityTerm>(() => PodAffinityTerm)),
      "Terms that must all hold for a node; pods already running are left alone.",
    ),
    preferredDuringSchedulingIgnoredDuringExecution: opt(
      2,
      list(ref<WeightedPodAffinityTerm>(() => WeightedPodAffinityTerm)),
      "Terms that count for a node with their weights.",
    ),
  },
  { doc: "Rules that draw a pod near other pods." },
);
export interface PodAffinity extends Infer<typeof PodAffinity> {}

export const WeightedPodAffinityTerm = struct(
  "core/v1.WeightedPodAffinityTerm",
  {
    weight: req(1, int32, "How much the term counts, from 1 to 100."),
    podAffinityTerm: req(
      2,
      ref<PodAffinityTerm>(() => PodAffinityTerm),
      "The term itself.",
    ),
  },
  (): AnyStructOptions => ({ rules: [preferredTermRules], doc: "A term about other pods, with its weight." }),
);
export interface WeightedPodAffinityTerm extends Infer<typeof WeightedPodAffinityTerm> {}

export const PodAffinityTerm = struct(
  "core/v1.PodAffinityTerm",
  {
    labelSelector: opt(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the pods meant; none when absent.",
    ),
    namespaces: opt(
      2,
      list(string),
      "Namespaces of the pods meant; the pod's own when neither this nor the selector is given.",
    ),
    topologyKey: req(3, string, "Node label whose values are the places within which pods are near."),
    namespaceSelector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the namespaces meant; an empty selector means all.",
    ),
    matchLabelKeys: opt(5, list(string), "Label keys for which the pods meant have the same value as the pod itself."),
    mismatchLabelKeys: opt(
      6,
      list(string),
      "Label keys for which the pods meant have another value than the pod itself.",
    ),
  },
  (): AnyStructOptions => ({ rules: [podAffinityTermRules], doc: "A set of pods, and how near counts as near." }),
);
export interface PodAffinityTerm extends Infer<typeof PodAffinityTerm> {}

export const NodeAffinity = struct(
  "core/v1.NodeAffinity",
  {
    requiredDuringSchedulingIgnoredDuringExecution: opt(
      1,
      ref<NodeSelector>(() => NodeSelector),
      "What a node must be like; pods already running are left alone.",
    ),
    preferredDuringSchedulingIgnoredDuringExecution: opt(
      2,
      list(ref<PreferredSchedulingTerm>(() => PreferredSchedulingTerm)),
      "What counts for a node, with weights.",
    ),
  },
  { doc: "Rules about the labels of nodes." },
);
export interface NodeAffinity extends Infer<typeof NodeAffinity> {}

export const PreferredSchedulingTerm = struct(
  "core/v1.PreferredSchedulingTerm",
  {
    weight: req(1, int32, "How much the wish counts, from 1 to 100."),
    preference: req(
      2,
      ref<NodeSelectorTerm>(() => NodeSelectorTerm),
      "What the node is like.",
    ),
  },
  (): AnyStructOptions => ({
    rules: [preferredTermRules],
    doc: "A wish about nodes, with its weight; an empty one counts for all nodes.",
  }),
);
export interface PreferredSchedulingTerm extends Infer<typeof PreferredSchedulingTerm> {}
