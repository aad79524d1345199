import { type Infer, opt, req, string, struct } from "@skates/apimachinery";

export const CrossVersionObjectReference = struct(
  "autoscaling/v1.CrossVersionObjectReference",
  {
    kind: req(1, string, ""),
    name: req(2, string, ""),
    apiVersion: opt(3, string, ""),
  },
  { atomic: true },
);
export interface CrossVersionObjectReference extends Infer<typeof CrossVersionObjectReference> {}
