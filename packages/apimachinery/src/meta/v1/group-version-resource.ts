import { type Infer, req, struct } from "../../schema/struct.ts";
import { string } from "../../schema/type.ts";

export const GroupVersionResource = struct("meta/v1.GroupVersionResource", {
  group: req(1, string, ""),
  version: req(2, string, ""),
  resource: req(3, string, ""),
});
export interface GroupVersionResource extends Infer<typeof GroupVersionResource> {}
