import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";

export const PodsMetricStatus = struct(
  "autoscaling/v1.PodsMetricStatus",
  {
    metricName: req(1, string, "Name of the metric."),
    currentAverageValue: req(2, quantity, "The average."),
    selector: opt(
      3,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the series meant.",
    ),
  },
  { doc: "A figure of each pod, as measured." },
);
export interface PodsMetricStatus extends Infer<typeof PodsMetricStatus> {}
