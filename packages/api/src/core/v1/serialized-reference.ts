import { type Infer, opt, ref, struct, typeMeta } from "@skates/apimachinery";
import { ObjectReference } from "./object-reference.ts";

export const SerializedReference = struct("core/v1.SerializedReference", {
  ...typeMeta,
  reference: opt(
    1,
    ref<ObjectReference>(() => ObjectReference),
    "",
    { emitEmpty: true },
  ),
});
export interface SerializedReference extends Infer<typeof SerializedReference> {}
