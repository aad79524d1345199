import { type Infer, opt, struct } from "../../schema/struct.ts";
import { list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const CreateOptions = struct(
  "meta/v1.CreateOptions",
  {
    ...typeMeta,
    dryRun: opt(1, list(string), "All: go through everything but do not store the outcome."),
    fieldManager: opt(3, string, "Name of the manager that owns the fields that are set."),
    fieldValidation: opt(4, string, "What to do about unknown and duplicate fields: Ignore, Warn or Strict."),
  },
  { doc: "How to create an object." },
);
export interface CreateOptions extends Infer<typeof CreateOptions> {}
