import { type Infer, opt, struct } from "../../schema/struct.ts";
import { bool, list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const PatchOptions = struct(
  "meta/v1.PatchOptions",
  {
    ...typeMeta,
    dryRun: opt(1, list(string), "All: go through everything but do not store the outcome."),
    force: opt(2, bool, "Take over fields that other managers own instead of refusing; for apply only.", {
      keepZero: true,
    }),
    fieldManager: opt(3, string, "Name of the manager that owns the fields that are set."),
    fieldValidation: opt(4, string, "What to do about unknown and duplicate fields: Ignore, Warn or Strict."),
  },
  { doc: "How to patch an object." },
);
export interface PatchOptions extends Infer<typeof PatchOptions> {}
