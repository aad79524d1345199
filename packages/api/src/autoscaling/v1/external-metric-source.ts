import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const ExternalMetricSource = struct(
  "autoscaling/v1.ExternalMetricSource",
  {
    metricName: req(1, string, "Name of the metric."),
    metricSelector: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the series meant.",
    ),
    targetValue: opt(3, quantity, "Wanted value.", { keepZero: true }),
    targetAverageValue: opt(4, quantity, "Wanted value per pod.", { keepZero: true }),
  },
  { doc: "A figure from outside the cluster." },
);
export interface ExternalMetricSource extends Infer<typeof ExternalMetricSource> {}
