import { type Infer, opt, ref, struct, OwnerReference } from "@skates/apimachinery";

export const PodSignature = struct(
  "core/v1.PodSignature",
  {
    podController: opt(
      1,
      ref<OwnerReference>(() => OwnerReference),
      "The owner.",
    ),
  },
  { doc: "Pods of one owner." },
);
export interface PodSignature extends Infer<typeof PodSignature> {}
