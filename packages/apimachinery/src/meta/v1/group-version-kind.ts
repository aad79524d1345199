import { type Infer, req, struct } from "../../schema/struct.ts";
import { string } from "../../schema/type.ts";

export const GroupVersionKind = struct("meta/v1.GroupVersionKind", {
  group: req(1, string, ""),
  version: req(2, string, ""),
  kind: req(3, string, ""),
});
export interface GroupVersionKind extends Infer<typeof GroupVersionKind> {}
