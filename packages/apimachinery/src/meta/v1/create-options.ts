import { type Infer, opt, struct } from "../../schema/struct.ts";
import { list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const CreateOptions = struct("meta/v1.CreateOptions", {
  ...typeMeta,
  dryRun: opt(1, list(string), ""),
  fieldManager: opt(3, string, ""),
  fieldValidation: opt(4, string, ""),
});
export interface CreateOptions extends Infer<typeof CreateOptions> {}
