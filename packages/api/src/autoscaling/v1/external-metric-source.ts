import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const ExternalMetricSource = struct("autoscaling/v1.ExternalMetricSource", {
  metricName: req(1, string, ""),
  metricSelector: opt(
    2,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  targetValue: opt(3, quantity, "", { keepZero: true }),
  targetAverageValue: opt(4, quantity, "", { keepZero: true }),
});
export interface ExternalMetricSource extends Infer<typeof ExternalMetricSource> {}
