import { type Infer, opt, present, struct } from "../../schema/struct.ts";
import { int64, list, map, ref, string, time } from "../../schema/type.ts";
import { ManagedFieldsEntry } from "./managed-fields-entry.ts";
import { OwnerReference } from "./owner-reference.ts";

export const ObjectMeta = struct("meta/v1.ObjectMeta", {
  name: present(1, string, ""),
  generateName: opt(2, string, ""),
  namespace: opt(3, string, ""),
  selfLink: opt(4, string, ""),
  uid: opt(5, string, ""),
  resourceVersion: opt(6, string, ""),
  generation: opt(7, int64, ""),
  creationTimestamp: opt(8, time, ""),
  deletionTimestamp: opt(9, time, "", { keepZero: true }),
  deletionGracePeriodSeconds: opt(10, int64, "", { keepZero: true }),
  labels: opt(11, map(string), ""),
  annotations: opt(12, map(string), ""),
  ownerReferences: opt(
    13,
    list(
      ref<OwnerReference>(() => OwnerReference),
      { keys: ["uid"] },
    ),
    "",
    { patch: "merge", patchKey: "uid" },
  ),
  finalizers: opt(14, list(string, "set"), "", { patch: "merge" }),
  managedFields: opt(17, list(ref<ManagedFieldsEntry>(() => ManagedFieldsEntry)), ""),
});
export interface ObjectMeta extends Infer<typeof ObjectMeta> {}
