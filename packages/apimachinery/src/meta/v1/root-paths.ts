import { type Infer, req, struct } from "../../schema/struct.ts";
import { list, string } from "../../schema/type.ts";

export const RootPaths = struct(
  "meta/v1.RootPaths",
  {
    paths: req(1, list(string), "Paths that the server answers."),
  },
  { doc: "The paths that a server answers." },
);
export interface RootPaths extends Infer<typeof RootPaths> {}
