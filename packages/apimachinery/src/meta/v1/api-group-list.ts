import { type Infer, req, struct } from "../../schema/struct.ts";
import { list, ref } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";
import { APIGroup } from "./api-group.ts";

export const APIGroupList = struct(
  "meta/v1.APIGroupList",
  {
    ...typeMeta,
    groups: req(1, list(ref<APIGroup>(() => APIGroup)), "The groups that the server has."),
  },
  { doc: "All groups of the API." },
);
export interface APIGroupList extends Infer<typeof APIGroupList> {}
