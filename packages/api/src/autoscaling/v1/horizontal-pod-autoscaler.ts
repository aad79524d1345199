import {
  type Infer,
  int32,
  int64,
  opt,
  ref,
  req,
  struct,
  time,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import {
  horizontalPodAutoscalerColumns,
  horizontalPodAutoscalerConversion,
} from "./horizontal-pod-autoscaler-conversion.ts";
import { CrossVersionObjectReference } from "./cross-version-object-reference.ts";

export const HorizontalPodAutoscaler = struct("autoscaling/v1.HorizontalPodAutoscaler", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<HorizontalPodAutoscalerSpec>(() => HorizontalPodAutoscalerSpec),
    "",
  ),
  status: opt(
    3,
    ref<HorizontalPodAutoscalerStatus>(() => HorizontalPodAutoscalerStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}

export const HorizontalPodAutoscalerStatus = struct("autoscaling/v1.HorizontalPodAutoscalerStatus", {
  observedGeneration: opt(1, int64, "", { keepZero: true }),
  lastScaleTime: opt(2, time, "", { keepZero: true }),
  currentReplicas: req(3, int32, ""),
  desiredReplicas: req(4, int32, ""),
  currentCPUUtilizationPercentage: opt(5, int32, "", { keepZero: true }),
});
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscalerSpec = struct("autoscaling/v1.HorizontalPodAutoscalerSpec", {
  scaleTargetRef: req(
    1,
    ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
    "",
  ),
  minReplicas: opt(2, int32, "", { keepZero: true, default: 1 }),
  maxReplicas: req(3, int32, "", { minimum: 1 }),
  targetCPUUtilizationPercentage: opt(4, int32, "", { keepZero: true }),
});
export interface HorizontalPodAutoscalerSpec extends Infer<typeof HorizontalPodAutoscalerSpec> {}

export const horizontalPodAutoscalers = resource<HorizontalPodAutoscaler>({
  group: "autoscaling",
  version: "v1",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  shortNames: ["hpa"],
  categories: ["all"],
  schema: HorizontalPodAutoscaler,
  storage: "horizontalpodautoscalers",
  storageVersion: "autoscaling/v2",
  storageVersionHash: "qwQve8ut294=",
  generationFields: [],
  columns: horizontalPodAutoscalerColumns,
  conversion: horizontalPodAutoscalerConversion,
});
