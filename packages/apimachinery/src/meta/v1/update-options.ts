import { type Infer, opt, struct } from "../../schema/struct.ts";
import { list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const UpdateOptions = struct(
  "meta/v1.UpdateOptions",
  {
    ...typeMeta,
    dryRun: opt(1, list(string), "All: go through everything but do not store the outcome."),
    fieldManager: opt(2, string, "Name of the manager that owns the fields that are set."),
    fieldValidation: opt(3, string, "What to do about unknown and duplicate fields: Ignore, Warn or Strict."),
  },
  { doc: "How to update an object." },
);
export interface UpdateOptions extends Infer<typeof UpdateOptions> {}
