import { type Infer, req, struct } from "../../schema/struct.ts";
import { string } from "../../schema/type.ts";

export const GroupVersionKind = struct(
  "meta/v1.GroupVersionKind",
  {
    group: req(1, string, "Group of the kind; empty for core."),
    version: req(2, string, "Version of the kind."),
    kind: req(3, string, "Name of the kind."),
  },
  { doc: "A kind, fully named." },
);
export interface GroupVersionKind extends Infer<typeof GroupVersionKind> {}
