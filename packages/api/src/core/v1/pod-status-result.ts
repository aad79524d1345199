import { type Infer, opt, ref, req, struct, typeMeta, ObjectMeta } from "@skates/apimachinery";
import { PodStatus } from "./pod.ts";

export const PodStatusResult = struct("core/v1.PodStatusResult", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  status: opt(
    2,
    ref<PodStatus>(() => PodStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface PodStatusResult extends Infer<typeof PodStatusResult> {}
