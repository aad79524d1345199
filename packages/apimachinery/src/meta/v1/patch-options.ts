import { type Infer, opt, struct } from "../../schema/struct.ts";
import { bool, list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const PatchOptions = struct("meta/v1.PatchOptions", {
  ...typeMeta,
  dryRun: opt(1, list(string), ""),
  force: opt(2, bool, "", { keepZero: true }),
  fieldManager: opt(3, string, ""),
  fieldValidation: opt(4, string, ""),
});
export interface PatchOptions extends Infer<typeof PatchOptions> {}
