import { type Infer, opt, struct } from "../../schema/struct.ts";
import { string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const GetOptions = struct(
  "meta/v1.GetOptions",
  {
    ...typeMeta,
    resourceVersion: opt(1, string, "How recent the answer must be."),
  },
  { doc: "How to read an object." },
);
export interface GetOptions extends Infer<typeof GetOptions> {}
