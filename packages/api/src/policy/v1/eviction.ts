import { type Infer, opt, ref, req, struct, typeMeta, DeleteOptions, ObjectMeta } from "@skates/apimachinery";

export const Eviction = struct(
  "policy/v1.Eviction",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    deleteOptions: opt(
      2,
      ref<DeleteOptions>(() => DeleteOptions),
      "How it is deleted.",
    ),
  },
  { doc: "Asks a pod to go, if its budget allows." },
);
export interface Eviction extends Infer<typeof Eviction> {}
