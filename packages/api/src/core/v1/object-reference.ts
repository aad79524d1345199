import { type Infer, opt, req, string, struct } from "@skates/apimachinery";

export const SecretReference = struct(
  "core/v1.SecretReference",
  {
    name: opt(1, string, "Its name."),
    namespace: opt(2, string, "Its namespace."),
  },
  { atomic: true, doc: "A secret in any namespace." },
);
export interface SecretReference extends Infer<typeof SecretReference> {}

export const TypedObjectReference = struct(
  "core/v1.TypedObjectReference",
  {
    apiGroup: opt(1, string, "Its API group; empty for the core.", { keepZero: true, emitEmpty: true }),
    kind: req(2, string, "Its kind."),
    name: req(3, string, "Its name."),
    namespace: opt(4, string, "Its namespace; another one than the claim's needs a grant.", {
      keepZero: true,
    }),
  },
  { doc: "An object of any kind, perhaps in another namespace." },
);
export interface TypedObjectReference extends Infer<typeof TypedObjectReference> {}

export const TypedLocalObjectReference = struct(
  "core/v1.TypedLocalObjectReference",
  {
    apiGroup: opt(1, string, "Its API group; empty for the core.", { keepZero: true, emitEmpty: true }),
    kind: req(2, string, "Its kind."),
    name: req(3, string, "Its name."),
  },
  { atomic: true, doc: "An object of any kind in the same namespace." },
);
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const LocalObjectReference = struct(
  "core/v1.LocalObjectReference",
  {
    name: opt(1, string, "Its name."),
  },
  { atomic: true, doc: "An object in the same namespace." },
);
export interface LocalObjectReference extends Infer<typeof LocalObjectReference> {}

export const ObjectReference = struct(
  "core/v1.ObjectReference",
  {
    kind: opt(1, string, "Its kind."),
    namespace: opt(2, string, "Its namespace."),
    name: opt(3, string, "Its name."),
    uid: opt(4, string, "Its uid."),
    apiVersion: opt(5, string, "Its API version."),
    resourceVersion: opt(6, string, "The version of it that is meant."),
    fieldPath: opt(7, string, "The part that is meant, such as spec.containers{name}."),
  },
  { atomic: true, doc: "An object, or a part of one." },
);
export interface ObjectReference extends Infer<typeof ObjectReference> {}
