import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const PodsMetricStatus = struct("autoscaling/v1.PodsMetricStatus", {
  metricName: req(1, string, ""),
  currentAverageValue: req(2, quantity, ""),
  selector: opt(
    3,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
});
export interface PodsMetricStatus extends Infer<typeof PodsMetricStatus> {}
