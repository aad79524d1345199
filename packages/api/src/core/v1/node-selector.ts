import { type Infer, list, oneOf, opt, ref, req, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import { nodeSelectorTermRules } from "./affinity-rules.ts";

export const TopologySelectorTerm = struct(
  "core/v1.TopologySelectorTerm",
  {
    matchLabelExpressions: opt(
      1,
      list(ref<TopologySelectorLabelRequirement>(() => TopologySelectorLabelRequirement)),
      "",
    ),
  },
  { atomic: true },
);
export interface TopologySelectorTerm extends Infer<typeof TopologySelectorTerm> {}

export const TopologySelectorLabelRequirement = struct("core/v1.TopologySelectorLabelRequirement", {
  key: req(1, string, ""),
  values: req(2, list(string), ""),
});
export interface TopologySelectorLabelRequirement extends Infer<typeof TopologySelectorLabelRequirement> {}

export const NodeSelector = struct(
  "core/v1.NodeSelector",
  {
    nodeSelectorTerms: req(1, list(ref<NodeSelectorTerm>(() => NodeSelectorTerm)), ""),
  },
  { atomic: true },
);
export interface NodeSelector extends Infer<typeof NodeSelector> {}

export const NodeSelectorTerm = struct(
  "core/v1.NodeSelectorTerm",
  {
    matchExpressions: opt(1, list(ref<NodeSelectorRequirement>(() => NodeSelectorRequirement)), ""),
    matchFields: opt(2, list(ref<NodeSelectorRequirement>(() => NodeSelectorRequirement)), ""),
  },
  (): AnyStructOptions => ({ atomic: true, rules: [nodeSelectorTermRules] }),
);
export interface NodeSelectorTerm extends Infer<typeof NodeSelectorTerm> {}

export const NodeSelectorRequirement = struct("core/v1.NodeSelectorRequirement", {
  key: req(1, string, ""),
  operator: req(2, oneOf("DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"), ""),
  values: opt(3, list(string), ""),
});
export interface NodeSelectorRequirement extends Infer<typeof NodeSelectorRequirement> {}
