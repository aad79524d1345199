import { type Infer, bytes, ref, req, string, struct, typeMeta, ObjectMeta } from "@skates/apimachinery";

export const RangeAllocation = struct("core/v1.RangeAllocation", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  range: req(2, string, ""),
  data: req(3, bytes, ""),
});
export interface RangeAllocation extends Infer<typeof RangeAllocation> {}
