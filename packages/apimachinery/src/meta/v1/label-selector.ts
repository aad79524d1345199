import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { list, map, ref, string } from "../../schema/type.ts";

export const LabelSelector = struct(
  "meta/v1.LabelSelector",
  {
    matchLabels: opt(1, map(string), "Labels that must have exactly these values."),
    matchExpressions: opt(
      2,
      list(ref<LabelSelectorRequirement>(() => LabelSelectorRequirement)),
      "Further conditions on labels; all of them must hold.",
    ),
  },
  { atomic: true, doc: "Chooses objects by their labels; an empty one chooses all, none chooses nothing." },
);
export interface LabelSelector extends Infer<typeof LabelSelector> {}

export const LabelSelectorRequirement = struct(
  "meta/v1.LabelSelectorRequirement",
  {
    key: req(1, string, "Key of the label.", { mayBeEmpty: true }),
    operator: req(2, string, "How the label is related to the values: In, NotIn, Exists or DoesNotExist.", {
      mayBeEmpty: true,
      known: ["In", "NotIn", "Exists", "DoesNotExist"],
    }),
    values: opt(3, list(string), "The values; none for Exists and DoesNotExist."),
  },
  { doc: "A condition on a label." },
);
export interface LabelSelectorRequirement extends Infer<typeof LabelSelectorRequirement> {}
