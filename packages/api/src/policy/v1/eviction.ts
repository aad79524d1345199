import { type Infer, opt, ref, req, struct, typeMeta, DeleteOptions, ObjectMeta } from "@skates/apimachinery";

export const Eviction = struct("policy/v1.Eviction", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  deleteOptions: opt(
    2,
    ref<DeleteOptions>(() => DeleteOptions),
    "",
  ),
});
export interface Eviction extends Infer<typeof Eviction> {}
