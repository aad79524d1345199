import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta } from "@skates/apimachinery";
import { PodStatus } from "./pod.ts";

export const PodStatusResult = struct(
  "core/v1.PodStatusResult",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    status: opt(
      2,
      ref<PodStatus>(() => PodStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "State of a pod, as some tools wrap it." },
);
export interface PodStatusResult extends Infer<typeof PodStatusResult> {}
