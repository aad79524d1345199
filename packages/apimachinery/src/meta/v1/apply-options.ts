import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { bool, list, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const ApplyOptions = struct(
  "meta/v1.ApplyOptions",
  {
    ...typeMeta,
    dryRun: opt(1, list(string), "All: go through everything but do not store the outcome."),
    force: req(2, bool, "Take over fields that other managers own instead of refusing."),
    fieldManager: req(3, string, "Name of the manager that owns what is applied."),
  },
  { doc: "How to apply an object." },
);
export interface ApplyOptions extends Infer<typeof ApplyOptions> {}
