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

export const HorizontalPodAutoscaler = struct(
  "autoscaling/v1.HorizontalPodAutoscaler",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<HorizontalPodAutoscalerSpec>(() => HorizontalPodAutoscalerSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<HorizontalPodAutoscalerStatus>(() => HorizontalPodAutoscalerStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Adds and removes pods by their use of the cpu." },
);
export interface HorizontalPodAutoscaler extends Infer<typeof HorizontalPodAutoscaler> {}

export const HorizontalPodAutoscalerStatus = struct(
  "autoscaling/v1.HorizontalPodAutoscalerStatus",
  {
    observedGeneration: opt(1, int64, "Generation of the object that this was seen with.", { keepZero: true }),
    lastScaleTime: opt(2, time, "When it last changed the number of pods.", { keepZero: true }),
    currentReplicas: req(3, int32, "Pods that were there."),
    desiredReplicas: req(4, int32, "Pods that there should be."),
    currentCPUUtilizationPercentage: opt(5, int32, "Average use of the cpu, as a percentage of the request.", {
      keepZero: true,
    }),
  },
  { doc: "State of an autoscaler." },
);
export interface HorizontalPodAutoscalerStatus extends Infer<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscalerSpec = struct(
  "autoscaling/v1.HorizontalPodAutoscalerSpec",
  {
    scaleTargetRef: req(
      1,
      ref<CrossVersionObjectReference>(() => CrossVersionObjectReference),
      "Object that is scaled.",
    ),
    minReplicas: opt(2, int32, "Fewest pods.", { keepZero: true, default: 1 }),
    maxReplicas: req(3, int32, "Most pods.", { minimum: 1 }),
    targetCPUUtilizationPercentage: opt(4, int32, "Wanted average use of the cpu, as a percentage of the request.", {
      keepZero: true,
    }),
  },
  { doc: "What is scaled, and by what." },
);
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
