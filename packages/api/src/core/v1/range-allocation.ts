import { type Infer, bytes, ref, req, string, struct, typeMeta, ObjectMeta } from "@skates/apimachinery";

export const RangeAllocation = struct(
  "core/v1.RangeAllocation",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    range: req(2, string, "The range."),
    data: req(3, bytes, "One bit per number."),
  },
  { doc: "Which numbers of a range are taken." },
);
export interface RangeAllocation extends Infer<typeof RangeAllocation> {}
