import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";
import { CrossVersionObjectReference } from "./cross-version-object-reference.ts";

export const ObjectMetricSource = struct("autoscaling/v1.ObjectMetricSource", {
  target: req(
    1,
    ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
    "",
  ),
  metricName: req(2, string, ""),
  targetValue: req(3, quantity, ""),
  selector: opt(
    4,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  averageValue: opt(5, quantity, "", { keepZero: true }),
});
export interface ObjectMetricSource extends Infer<typeof ObjectMetricSource> {}
