import { type Infer, list, oneOf, opt, ref, req, string, struct, type AnyStructOptions } from "@skates/apimachinery";
import { nodeSelectorTermRules } from "./affinity-rules.ts";

export const TopologySelectorTerm = struct(
  "core/v1.TopologySelectorTerm",
  {
    matchLabelExpressions: opt(
      1,
      list(ref<TopologySelectorLabelRequirement>(() => TopologySelectorLabelRequirement)),
      "The requirements, by label.",
    ),
  },
  { atomic: true, doc: "Requirements on the topology of nodes." },
);
export interface TopologySelectorTerm extends Infer<typeof TopologySelectorTerm> {}

export const TopologySelectorLabelRequirement = struct(
  "core/v1.TopologySelectorLabelRequirement",
  {
    key: req(1, string, "Key of the label."),
    values: req(2, list(string), "The values; one of them must match."),
  },
  { doc: "Values that a label of a node may have." },
);
export interface TopologySelectorLabelRequirement extends Infer<typeof TopologySelectorLabelRequirement> {}

export const NodeSelector = struct(
  "core/v1.NodeSelector",
  {
    nodeSelectorTerms: req(1, list(ref<NodeSelectorTerm>(() => NodeSelectorTerm)), "The terms."),
  },
  { atomic: true, doc: "A choice of nodes: any of its terms must match." },
);
export interface NodeSelector extends Infer<typeof NodeSelector> {}

export const NodeSelectorTerm = struct(
  "core/v1.NodeSelectorTerm",
  {
    matchExpressions: opt(
      1,
      list(ref<NodeSelectorRequirement>(() => NodeSelectorRequirement)),
      "Requirements on the labels of the node.",
    ),
    matchFields: opt(
      2,
      list(ref<NodeSelectorRequirement>(() => NodeSelectorRequirement)),
      "Requirements on fields of the node; only metadata.name can be asked for.",
    ),
  },
  (): AnyStructOptions => ({
    atomic: true,
    rules: [nodeSelectorTermRules],
    doc: "Requirements that must all hold; an empty term matches no node.",
  }),
);
export interface NodeSelectorTerm extends Infer<typeof NodeSelectorTerm> {}

export const NodeSelectorRequirement = struct(
  "core/v1.NodeSelectorRequirement",
  {
    key: req(1, string, "Key of the label, or path of the field."),
    operator: req(
      2,
      oneOf("DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"),
      "In, NotIn, Exists, DoesNotExist, Gt or Lt.",
    ),
    values: opt(3, list(string), "What is compared with; one whole number for Gt and Lt."),
  },
  { doc: "A key, an operator, and values that it compares with." },
);
export interface NodeSelectorRequirement extends Infer<typeof NodeSelectorRequirement> {}
