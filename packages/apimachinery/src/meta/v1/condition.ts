import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { int64, oneOf, string, time } from "../../schema/type.ts";

export const Condition = struct("meta/v1.Condition", {
  type: req(1, string, "", { maxLength: 316 }),
  status: req(2, oneOf("True", "False", "Unknown"), "", { known: ["True", "False", "Unknown"] }),
  observedGeneration: opt(3, int64, "", { minimum: 0 }),
  lastTransitionTime: req(4, time, ""),
  reason: req(5, string, "", { maxLength: 1024, minLength: 1 }),
  message: req(6, string, "", { maxLength: 32768 }),
});
export interface Condition extends Infer<typeof Condition> {}
