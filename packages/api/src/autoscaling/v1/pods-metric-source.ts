import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const PodsMetricSource = struct("autoscaling/v1.PodsMetricSource", {
  metricName: req(1, string, ""),
  targetAverageValue: req(2, quantity, ""),
  selector: opt(
    3,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
});
export interface PodsMetricSource extends Infer<typeof PodsMetricSource> {}
