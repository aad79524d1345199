import { type Infer, opt, present, struct } from "../../schema/struct.ts";
import { int64, list, map, ref, string, time } from "../../schema/type.ts";
import { ManagedFieldsEntry } from "./managed-fields-entry.ts";
import { OwnerReference } from "./owner-reference.ts";

export const ObjectMeta = struct(
  "meta/v1.ObjectMeta",
  {
    name: present(1, string, "Name of the object, unique among its kind and namespace; fixed for its life."),
    generateName: opt(2, string, "Prefix of a name that the server completes when none is given."),
    namespace: opt(3, string, "Namespace that the object lives in; empty for cluster-scoped kinds."),
    selfLink: opt(4, string, "Not used any more."),
    uid: opt(5, string, "Identity of the object among all that ever were, given by the server."),
    resourceVersion: opt(
      6,
      string,
      "Opaque version of the object; an update that carries it fails if the object has changed since.",
    ),
    generation: opt(7, int64, "Number that grows whenever the wanted state changes."),
    creationTimestamp: opt(
      8,
      time,
      "CreationTimestamp is a timestamp of when the server created the object, set by the server itself.",
    ),
    deletionTimestamp: opt(9, time, "When the object is to be gone; set by the server once deletion was asked for.", {
      keepZero: true,
    }),
    deletionGracePeriodSeconds: opt(10, int64, "Seconds that the object may take to end before it is removed.", {
      keepZero: true,
    }),
    labels: opt(11, map(string), "Keys and values by which objects are organised and selected."),
    annotations: opt(12, map(string), "Keys and values that tools keep with the object; not for selecting."),
    ownerReferences: opt(
      13,
      list(
        ref<OwnerReference>(() => OwnerReference),
        { keys: ["uid"] },
      ),
      "Objects that this one depends on; it is collected when all of them are gone.",
      { patch: "merge", patchKey: "uid" },
    ),
    finalizers: opt(
      14,
      list(string, "set"),
      "Names of those who must do something before the object can be removed; it stays until the list is empty.",
      { patch: "merge" },
    ),
    managedFields: opt(
      17,
      list(ref<ManagedFieldsEntry>(() => ManagedFieldsEntry)),
      "Who manages which fields of the object, kept by the server.",
    ),
  },
  { doc: "What all persistent objects have: names, versions, labels, owners." },
);
export interface ObjectMeta extends Infer<typeof ObjectMeta> {}
