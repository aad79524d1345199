import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { list, string } from "../../schema/type.ts";

export const FieldSelectorRequirement = struct("meta/v1.FieldSelectorRequirement", {
  key: req(1, string, ""),
  operator: req(2, string, "", { known: ["In", "NotIn", "Exists", "DoesNotExist"] }),
  values: opt(3, list(string), ""),
});
export interface FieldSelectorRequirement extends Infer<typeof FieldSelectorRequirement> {}
