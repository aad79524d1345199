import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { list, string } from "../../schema/type.ts";

export const FieldSelectorRequirement = struct(
  "meta/v1.FieldSelectorRequirement",
  {
    key: req(1, string, "Path of the field."),
    operator: req(2, string, "How the field is related to the values: In, NotIn, Exists or DoesNotExist.", {
      known: ["In", "NotIn", "Exists", "DoesNotExist"],
    }),
    values: opt(3, list(string), "The values; none for Exists and DoesNotExist."),
  },
  { doc: "A condition on a field." },
);
export interface FieldSelectorRequirement extends Infer<typeof FieldSelectorRequirement> {}
