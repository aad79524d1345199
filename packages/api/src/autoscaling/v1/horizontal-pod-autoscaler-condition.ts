import { type Infer, opt, req, string, struct, time } from "@skates/apimachinery";

export const HorizontalPodAutoscalerCondition = struct(
  "autoscaling/v1.HorizontalPodAutoscalerCondition",
  {
    type: req(1, string, "What it is about, such as ScalingActive.", {
      known: ["ScalingActive", "AbleToScale", "ScalingLimited", "ScaledToZero"],
    }),
    status: req(2, string, "True, False or Unknown.", { known: ["True", "False", "Unknown"] }),
    lastTransitionTime: opt(3, time, "When the status last changed.", { emitEmpty: true }),
    reason: opt(4, string, "One word in CamelCase on why, for programs."),
    message: opt(5, string, "A sentence on why, for people."),
  },
  { doc: "A finding on an autoscaler." },
);
export interface HorizontalPodAutoscalerCondition extends Infer<typeof HorizontalPodAutoscalerCondition> {}
