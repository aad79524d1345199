import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { bool, string } from "../../schema/type.ts";

export const OwnerReference = struct(
  "meta/v1.OwnerReference",
  {
    apiVersion: req(5, string, ""),
    kind: req(1, string, ""),
    name: req(3, string, ""),
    uid: req(4, string, ""),
    controller: opt(6, bool, "", { keepZero: true }),
    blockOwnerDeletion: opt(7, bool, "", { keepZero: true }),
  },
  { atomic: true },
);
export interface OwnerReference extends Infer<typeof OwnerReference> {}
