import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const ExternalMetricStatus = struct(
  "autoscaling/v1.ExternalMetricStatus",
  {
    metricName: req(1, string, "Name of the metric."),
    metricSelector: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the series meant.",
    ),
    currentValue: req(3, quantity, "The value."),
    currentAverageValue: opt(4, quantity, "The value per pod.", { keepZero: true }),
  },
  { doc: "A figure from outside the cluster, as measured." },
);
export interface ExternalMetricStatus extends Infer<typeof ExternalMetricStatus> {}
