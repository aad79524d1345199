import { type Infer, int64, oneOf, opt, req, string, struct, time, type AnyStructOptions } from "@skates/apimachinery";
import { taintRules, tolerationRules } from "./toleration-rules.ts";

export const Taint = struct(
  "core/v1.Taint",
  {
    key: req(1, string, ""),
    value: opt(2, string, ""),
    effect: req(3, oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"), ""),
    timeAdded: opt(4, time, "", { keepZero: true }),
  },
  (): AnyStructOptions => ({ rules: [taintRules] }),
);
export interface Taint extends Infer<typeof Taint> {}

export const Toleration = struct(
  "core/v1.Toleration",
  {
    key: opt(1, string, ""),
    operator: opt(2, oneOf("Equal", "Exists", "Gt", "Lt"), ""),
    value: opt(3, string, ""),
    effect: opt(4, oneOf("NoSchedule", "PreferNoSchedule", "NoExecute"), ""),
    tolerationSeconds: opt(5, int64, "", { keepZero: true }),
  },
  (): AnyStructOptions => ({ rules: [tolerationRules] }),
);
export interface Toleration extends Infer<typeof Toleration> {}
