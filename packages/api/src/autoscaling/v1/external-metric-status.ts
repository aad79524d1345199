import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const ExternalMetricStatus = struct("autoscaling/v1.ExternalMetricStatus", {
  metricName: req(1, string, ""),
  metricSelector: opt(
    2,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  currentValue: req(3, quantity, ""),
  currentAverageValue: opt(4, quantity, "", { keepZero: true }),
});
export interface ExternalMetricStatus extends Infer<typeof ExternalMetricStatus> {}
