import { type Infer, req, struct } from "../../schema/struct.ts";
import { string } from "../../schema/type.ts";

export const GroupVersionResource = struct(
  "meta/v1.GroupVersionResource",
  {
    group: req(1, string, "Group of the resource; empty for core."),
    version: req(2, string, "Version of the resource."),
    resource: req(3, string, "Plural name of the resource."),
  },
  { doc: "A resource, fully named." },
);
export interface GroupVersionResource extends Infer<typeof GroupVersionResource> {}
