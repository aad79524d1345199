import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { bool, string } from "../../schema/type.ts";

export const OwnerReference = struct(
  "meta/v1.OwnerReference",
  {
    apiVersion: req(5, string, "Group and version of the owner.", { mayBeEmpty: true }),
    kind: req(1, string, "Kind of the owner.", { mayBeEmpty: true }),
    name: req(3, string, "Name of the owner.", { mayBeEmpty: true }),
    uid: req(4, string, "Identity of the owner.", { mayBeEmpty: true }),
    controller: opt(6, bool, "Whether the owner is the one that manages this object.", { keepZero: true }),
    blockOwnerDeletion: opt(7, bool, "Whether the owner, deleted in the foreground, waits until this object is gone.", {
      keepZero: true,
    }),
  },
  { atomic: true, doc: "An owner of an object." },
);
export interface OwnerReference extends Infer<typeof OwnerReference> {}
