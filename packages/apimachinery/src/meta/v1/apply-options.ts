import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { bool, list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const ApplyOptions = struct("meta/v1.ApplyOptions", {
  ...typeMeta,
  dryRun: opt(1, list(string), ""),
  force: req(2, bool, ""),
  fieldManager: req(3, string, ""),
});
export interface ApplyOptions extends Infer<typeof ApplyOptions> {}
