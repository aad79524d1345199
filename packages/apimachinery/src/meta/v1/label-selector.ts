import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { list, map, ref, string } from "../../schema/type.ts";

export const LabelSelector = struct(
  "meta/v1.LabelSelector",
  {
    matchLabels: opt(1, map(string), ""),
    matchExpressions: opt(2, list(ref<LabelSelectorRequirement>(() => LabelSelectorRequirement)), ""),
  },
  { atomic: true },
);
export interface LabelSelector extends Infer<typeof LabelSelector> {}

export const LabelSelectorRequirement = struct("meta/v1.LabelSelectorRequirement", {
  key: req(1, string, ""),
  operator: req(2, string, "", { known: ["In", "NotIn", "Exists", "DoesNotExist"] }),
  values: opt(3, list(string), ""),
});
export interface LabelSelectorRequirement extends Infer<typeof LabelSelectorRequirement> {}
