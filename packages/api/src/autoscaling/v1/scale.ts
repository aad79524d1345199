import { type Infer, int32, opt, ref, req, string, struct, typeMeta, ObjectMeta } from "@skates/apimachinery";

export const Scale = struct(
  "autoscaling/v1.Scale",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ScaleSpec>(() => ScaleSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ScaleStatus>(() => ScaleStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "The number of pods of an object that has one." },
);
export interface Scale extends Infer<typeof Scale> {}

export const ScaleStatus = struct(
  "autoscaling/v1.ScaleStatus",
  {
    replicas: req(1, int32, "Pods that exist."),
    selector: opt(2, string, "Labels of the pods, as text."),
  },
  { doc: "How many pods there are." },
);
export interface ScaleStatus extends Infer<typeof ScaleStatus> {}

export const ScaleSpec = struct(
  "autoscaling/v1.ScaleSpec",
  {
    replicas: opt(1, int32, "Wanted number of pods.", { minimum: 0 }),
  },
  { doc: "How many pods are wanted." },
);
export interface ScaleSpec extends Infer<typeof ScaleSpec> {}
