import { type Infer, opt, req, string, struct } from "@skates/apimachinery";

export const SecretReference = struct(
  "core/v1.SecretReference",
  {
    name: opt(1, string, ""),
    namespace: opt(2, string, ""),
  },
  { atomic: true },
);
export interface SecretReference extends Infer<typeof SecretReference> {}

export const TypedObjectReference = struct("core/v1.TypedObjectReference", {
  apiGroup: opt(1, string, "", { keepZero: true, emitEmpty: true }),
  kind: req(2, string, ""),
  name: req(3, string, ""),
  namespace: opt(4, string, "", { keepZero: true, gate: "CrossNamespaceVolumeDataSource" }),
});
export interface TypedObjectReference extends Infer<typeof TypedObjectReference> {}

export const TypedLocalObjectReference = struct(
  "core/v1.TypedLocalObjectReference",
  {
    apiGroup: opt(1, string, "", { keepZero: true, emitEmpty: true }),
    kind: req(2, string, ""),
    name: req(3, string, ""),
  },
  { atomic: true },
);
export interface TypedLocalObjectReference extends Infer<typeof TypedLocalObjectReference> {}

export const LocalObjectReference = struct(
  "core/v1.LocalObjectReference",
  {
    name: opt(1, string, ""),
  },
  { atomic: true },
);
export interface LocalObjectReference extends Infer<typeof LocalObjectReference> {}

export const ObjectReference = struct(
  "core/v1.ObjectReference",
  {
    kind: opt(1, string, ""),
    namespace: opt(2, string, ""),
    name: opt(3, string, ""),
    uid: opt(4, string, ""),
    apiVersion: opt(5, string, ""),
    resourceVersion: opt(6, string, ""),
    fieldPath: opt(7, string, ""),
  },
  { atomic: true },
);
export interface ObjectReference extends Infer<typeof ObjectReference> {}
