import type {
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
} from "./horizontal-pod-autoscaler.ts";

const CPU_PERCENT = 80;

/** Without metrics: 80 % of the requested cpu. */
export function autoscalerSpecDefaults(spec: HorizontalPodAutoscalerSpec): HorizontalPodAutoscalerSpec {
  if ((spec.metrics ?? []).length > 0) return spec;
  const target = { type: "Utilization", averageUtilization: CPU_PERCENT } as const;
  return { ...spec, metrics: [{ type: "Resource", resource: { name: "cpu", target } }] };
}

/** Up: at once, by four pods or to the double in 15 seconds. Down: freely, after the stabilization window of the controller. */
export function autoscalerBehaviorDefaults(behavior: HorizontalPodAutoscalerBehavior): HorizontalPodAutoscalerBehavior {
  const scaleUp = rulesDefaults(behavior.scaleUp, {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Pods", value: 4, periodSeconds: 15 },
      { type: "Percent", value: 100, periodSeconds: 15 },
    ],
  });
  const scaleDown = rulesDefaults(behavior.scaleDown, {
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  });
  return scaleUp === behavior.scaleUp && scaleDown === behavior.scaleDown
    ? behavior
    : { ...behavior, scaleUp, scaleDown };
}

function rulesDefaults(given: HPAScalingRules | undefined, base: HPAScalingRules): HPAScalingRules {
  if (given === undefined) return base;
  const window = given.stabilizationWindowSeconds ?? base.stabilizationWindowSeconds;
  const policies = given.policies ?? base.policies;
  const selectPolicy = given.selectPolicy ?? base.selectPolicy;
  const kept =
    window === given.stabilizationWindowSeconds && policies === given.policies && selectPolicy === given.selectPolicy;
  return kept ? given : { ...given, stabilizationWindowSeconds: window, policies, selectPolicy };
}
