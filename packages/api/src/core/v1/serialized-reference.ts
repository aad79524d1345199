import { type Infer, opt, ref, struct, typeMeta } from "@skates/apimachinery";
import { ObjectReference } from "./object-reference.ts";

export const SerializedReference = struct(
  "core/v1.SerializedReference",
  {
    ...typeMeta,
    reference: opt(
      1,
      ref<ObjectReference>(() => ObjectReference),
      "The object.",
      { emitEmpty: true },
    ),
  },
  { doc: "A reference to an object, written down." },
);
export interface SerializedReference extends Infer<typeof SerializedReference> {}
