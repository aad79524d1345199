import { type Infer, int64, oneOf, opt, req, string, struct, time, type AnyStructOptions } from "@skates/apimachinery";
import { taintRules, tolerationRules } from "./toleration-rules.ts";

export const Taint = struct(
  "core/v1.Taint",
  {
    key: req(1, string, "Its key."),
    value: opt(2, string, "Its value."),
    effect: req(3, oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"), "NoSchedule, PreferNoSchedule or NoExecute."),
    timeAdded: opt(4, time, "When it was put on the node.", { keepZero: true }),
  },
  (): AnyStructOptions => ({ rules: [taintRules], doc: "A reason for pods to stay away from a node." }),
);
export interface Taint extends Infer<typeof Taint> {}

export const Toleration = struct(
  "core/v1.Toleration",
  {
    key: opt(1, string, "Key of the taint; empty for all, with Exists."),
    operator: opt(2, oneOf("Equal", "Exists", "Gt", "Lt"), "Exists, or Equal to compare the value."),
    value: opt(3, string, "Value of the taint."),
    effect: opt(4, oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"), "Effect of the taint; empty for all."),
    tolerationSeconds: opt(5, int64, "How long the pod stays once the taint is there; for ever by default.", {
      keepZero: true,
    }),
  },
  (): AnyStructOptions => ({ rules: [tolerationRules], doc: "A taint that a pod puts up with." }),
);
export interface Toleration extends Infer<typeof Toleration> {}
