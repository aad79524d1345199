import { type Infer, req, struct } from "../../schema/struct.ts";
import { ref } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";
import { ObjectMeta } from "./object-meta.ts";

export const PartialObjectMetadata = struct(
  "meta/v1.PartialObjectMetadata",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Metadata of the object, all of it that is given.",
    ),
  },
  { doc: "An object of which only the metadata is given." },
);
export interface PartialObjectMetadata extends Infer<typeof PartialObjectMetadata> {}
