import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const PodsMetricSource = struct(
  "autoscaling/v1.PodsMetricSource",
  {
    metricName: req(1, string, "Name of the metric."),
    targetAverageValue: req(2, quantity, "Wanted average."),
    selector: opt(
      3,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the series meant.",
    ),
  },
  { doc: "A figure of each pod." },
);
export interface PodsMetricSource extends Infer<typeof PodsMetricSource> {}
