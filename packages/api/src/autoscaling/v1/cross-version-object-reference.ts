import { type Infer, opt, req, string, struct } from "@skates/apimachinery";

export const CrossVersionObjectReference = struct(
  "autoscaling/v1.CrossVersionObjectReference",
  {
    kind: req(1, string, "Its kind."),
    name: req(2, string, "Its name."),
    apiVersion: opt(3, string, "Its API version."),
  },
  { atomic: true, doc: "An object in the same namespace, in any version." },
);
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}
