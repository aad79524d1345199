import { type Infer, opt, quantity, ref, req, string, struct, LabelSelector } from "@skates/apimachinery";
import { CrossVersionObjectReference } from "./cross-version-object-reference.ts";

export const ObjectMetricStatus = struct(
  "autoscaling/v1.ObjectMetricStatus",
  {
    target: req(
      1,
      ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
      "The object.",
    ),
    metricName: req(2, string, "Name of the metric."),
    currentValue: req(3, quantity, "The value."),
    selector: opt(
      4,
      ref<LabelSelector>(() => LabelSelector),
      "Labels of the series meant.",
    ),
    averageValue: opt(5, quantity, "The value per pod.", { keepZero: true }),
  },
  { doc: "A figure of one other object, as measured." },
);
export interface ObjectMetricStatus extends Infer<typeof ObjectMetricStatus> {}
