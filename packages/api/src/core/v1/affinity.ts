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

export const Affinity = struct("core/v1.Affinity", {
  nodeAffinity: opt(
    1,
    ref<NodeAffinity>(() => NodeAffinity),
    "",
  ),
  podAffinity: opt(
    2,
    ref<PodAffinity>(() => PodAffinity),
    "",
  ),
  podAntiAffinity: opt(
    3,
    ref<PodAntiAffinity>(() => PodAntiAffinity),
    "",
  ),
});
export interface Affinity extends Infer<typeof Affinity> {}

export const PodAntiAffinity = struct("core/v1.PodAntiAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: opt(1, list(ref<PodAffinityTerm>(() => PodAffinityTerm)), ""),
  preferredDuringSchedulingIgnoredDuringExecution: opt(
    2,
    list(ref<WeightedPodAffinityTerm>(() => WeightedPodAffinityTerm)),
    "",
  ),
});
export interface PodAntiAffinity extends Infer<typeof PodAntiAffinity> {}

export const PodAffinity = struct("core/v1.PodAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: opt(1, list(ref<PodAffinityTerm>(() => PodAffinityTerm)), ""),
  preferredDuringSchedulingIgnoredDuringExecution: opt(
    2,
    list(ref<WeightedPodAffinityTerm>(() => WeightedPodAffinityTerm)),
    "",
  ),
});
export interface PodAffinity extends Infer<typeof PodAffinity> {}

export const WeightedPodAffinityTerm = struct(
  "core/v1.WeightedPodAffinityTerm",
  {
    weight: req(1, int32, ""),
    podAffinityTerm: req(
      2,
      ref<PodAffinityTerm>(() => PodAffinityTerm),
      "",
    ),
  },
  (): AnyStructOptions => ({ rules: [preferredTermRules] }),
);
export interface WeightedPodAffinityTerm extends Infer<typeof WeightedPodAffinityTerm> {}

export const PodAffinityTerm = struct(
  "core/v1.PodAffinityTerm",
  {
    labelSelector: opt(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    namespaces: opt(2, list(string), ""),
    topologyKey: req(3, string, ""),
    namespaceSelector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "",
    ),
    matchLabelKeys: opt(5, list(string), ""),
    mismatchLabelKeys: opt(6, list(string), ""),
  },
  (): AnyStructOptions => ({ rules: [podAffinityTermRules] }),
);
export interface PodAffinityTerm extends Infer<typeof PodAffinityTerm> {}

export const NodeAffinity = struct("core/v1.NodeAffinity", {
  requiredDuringSchedulingIgnoredDuringExecution: opt(
    1,
    ref<NodeSelector>(() => NodeSelector),
    "",
  ),
  preferredDuringSchedulingIgnoredDuringExecution: opt(
    2,
    list(ref<PreferredSchedulingTerm>(() => PreferredSchedulingTerm)),
    "",
  ),
});
export interface NodeAffinity extends Infer<typeof NodeAffinity> {}

export const PreferredSchedulingTerm = struct(
  "core/v1.PreferredSchedulingTerm",
  {
    weight: req(1, int32, ""),
    preference: req(
      2,
      ref<NodeSelectorTerm>(() => NodeSelectorTerm),
      "",
    ),
  },
  (): AnyStructOptions => ({ rules: [preferredTermRules] }),
);
export interface PreferredSchedulingTerm extends Infer<typeof PreferredSchedulingTerm> {}
