import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { list, ref } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";
import { ListMeta } from "./list-meta.ts";
import { PartialObjectMetadata } from "./partial-object-metadata.ts";

export const PartialObjectMetadataList = struct(
  "meta/v1.PartialObjectMetadataList",
  {
    ...typeMeta,
    metadata: opt(
      1,
      ref<ListMeta>(() => ListMeta),
      "Version of the list, and how to go on reading it.",
      { emitEmpty: true },
    ),
    items: req(
      2,
      list(ref<PartialObjectMetadata>(() => PartialObjectMetadata)),
      "The objects, with their metadata only.",
    ),
  },
  { doc: "Objects of which only the metadata is given." },
);
export interface PartialObjectMetadataList extends Infer<typeof PartialObjectMetadataList> {}
