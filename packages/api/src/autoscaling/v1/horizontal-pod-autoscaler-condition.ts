import { type Infer, opt, req, string, struct, time } from "@skates/apimachinery";

export const HorizontalPodAutoscalerCondition = struct("autoscaling/v1.HorizontalPodAutoscalerCondition", {
  type: req(1, string, "", { known: ["ScalingActive", "AbleToScale", "ScalingLimited", "ScaledToZero"] }),
  status: req(2, string, "", { known: ["True", "False", "Unknown"] }),
  lastTransitionTime: opt(3, time, "", { emitEmpty: true }),
  reason: opt(4, string, ""),
  message: opt(5, string, ""),
});
export interface HorizontalPodAutoscalerCondition extends Infer<typeof HorizontalPodAutoscalerCondition> {}
