import { type Infer, opt, string, struct } from "@skates/apimachinery";

export const NonResourceAttributes = struct(
  "authorization.k8s.io/v1.NonResourceAttributes",
  {
    path: opt(1, string, "Its path."),
    verb: opt(2, string, "Its method in lower case."),
  },
  { doc: "A request that is not for an object." },
);
export interface NonResourceAttributes extends Infer<typeof NonResourceAttributes> {}
