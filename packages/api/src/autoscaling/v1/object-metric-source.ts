import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";
import { CrossVersionObjectReference } from "./cross-version-object-reference.ts";

export const ObjectMetricSource = struct(
  "autoscaling/v1.ObjectMetricSource",
  {
    target: req(
      1,
      ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
      "The object.",
    ),
    metricName: req(2, string, "Name of the metric."),
    targetValue: req(3, quantity, "Wanted value."),
    selector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the series meant.",
    ),
    averageValue: opt(5, quantity, "Wanted value per pod.", { keepZero: true }),
  },
  { doc: "A figure of one other object." },
);
export interface ObjectMetricSource extends Infer<typeof ObjectMetricSource> {}
