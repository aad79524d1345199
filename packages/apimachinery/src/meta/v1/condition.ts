import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { int64, oneOf, string, time } from "../../schema/type.ts";

export const Condition = struct(
  "meta/v1.Condition",
  {
    type: req(1, string, "What the condition is about, in CamelCase or as domain/CamelCase.", { maxLength: 316 }),
    status: req(2, oneOf("True", "False", "Unknown"), "Whether it holds: True, False or Unknown.", {
      known: ["True", "False", "Unknown"],
    }),
    observedGeneration: opt(3, int64, "Generation of the object that the condition was found for.", { minimum: 0 }),
    lastTransitionTime: req(4, time, "When the status last changed."),
    reason: req(5, string, "One word, in CamelCase, for why the status last changed.", {
      maxLength: 1024,
      minLength: 1,
    }),
    message: req(6, string, "Details of the last change for people.", { maxLength: 32768 }),
  },
  { doc: "One aspect of an object's state." },
);
export interface Condition extends Infer<typeof Condition> {}
