import { type Infer, int32, opt, ref, req, string, struct, typeMeta, ObjectMeta } from "@skates/apimachinery";

export const Scale = struct("autoscaling/v1.Scale", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<ScaleSpec>(() => ScaleSpec),
    "",
  ),
  status: opt(
    3,
    ref<ScaleStatus>(() => ScaleStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface Scale extends Infer<typeof Scale> {}

export const ScaleStatus = struct("autoscaling/v1.ScaleStatus", {
  replicas: req(1, int32, ""),
  selector: opt(2, string, ""),
});
export interface ScaleStatus extends Infer<typeof ScaleStatus> {}

export const ScaleSpec = struct("autoscaling/v1.ScaleSpec", {
  replicas: opt(1, int32, "", { minimum: 0 }),
});
export interface ScaleSpec extends Infer<typeof ScaleSpec> {}
