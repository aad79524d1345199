import { type Infer, opt, struct } from "../../schema/struct.ts";
import { list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const UpdateOptions = struct("meta/v1.UpdateOptions", {
  ...typeMeta,
  dryRun: opt(1, list(string), ""),
  fieldManager: opt(2, string, ""),
  fieldValidation: opt(3, string, ""),
});
export interface UpdateOptions extends Infer<typeof UpdateOptions> {}
