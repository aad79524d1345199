import { type Infer, opt, string, struct } from "@skates/apimachinery";

export const NonResourceAttributes = struct("authorization.k8s.io/v1.NonResourceAttributes", {
  path: opt(1, string, ""),
  verb: opt(2, string, ""),
});
export interface NonResourceAttributes extends Infer<typeof NonResourceAttributes> {}
