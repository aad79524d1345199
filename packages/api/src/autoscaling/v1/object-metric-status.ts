import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";
import { CrossVersionObjectReference } from "./cross-version-object-reference.ts";

export const ObjectMetricStatus = struct("autoscaling/v1.ObjectMetricStatus", {
  target: req(
    1,
    ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
    "",
  ),
  metricName: req(2, string, ""),
  currentValue: req(3, quantity, ""),
  selector: opt(
    4,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  averageValue: opt(5, quantity, "", { keepZero: true }),
});
export interface ObjectMetricStatus extends Infer<typeof ObjectMetricStatus> {}
