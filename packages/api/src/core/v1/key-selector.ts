import { type Infer, bool, inline, int32, opt, quantity, req, string, struct } from "@skates/apimachinery";
import { LocalObjectReference } from "./object-reference.ts";

export const KeyToPath = struct("core/v1.KeyToPath", {
  key: req(1, string, ""),
  path: req(2, string, ""),
  mode: opt(3, int32, "", { keepZero: true }),
});
export interface KeyToPath extends Infer<typeof KeyToPath> {}

export const FileKeySelector = struct(
  "core/v1.FileKeySelector",
  {
    volumeName: req(1, string, ""),
    path: req(2, string, ""),
    key: req(3, string, ""),
    optional: opt(4, bool, "", { keepZero: true, default: false }),
  },
  { atomic: true },
);
export interface FileKeySelector extends Infer<typeof FileKeySelector> {}

export const ResourceFieldSelector = struct(
  "core/v1.ResourceFieldSelector",
  {
    containerName: opt(1, string, ""),
    resource: req(2, string, ""),
    divisor: opt(3, quantity, "", { emitEmpty: true }),
  },
  { atomic: true },
);
export interface ResourceFieldSelector extends Infer<typeof ResourceFieldSelector> {}

export const ObjectFieldSelector = struct(
  "core/v1.ObjectFieldSelector",
  {
    apiVersion: opt(1, string, "", { default: "v1" }),
    fieldPath: req(2, string, ""),
  },
  { atomic: true },
);
export interface ObjectFieldSelector extends Infer<typeof ObjectFieldSelector> {}

export const SecretKeySelector = struct(
  "core/v1.SecretKeySelector",
  {
    ...inline(1, LocalObjectReference),
    key: req(2, string, ""),
    optional: opt(3, bool, "", { keepZero: true }),
  },
  { atomic: true },
);
export interface SecretKeySelector extends Infer<typeof SecretKeySelector> {}

export const ConfigMapKeySelector = struct(
  "core/v1.ConfigMapKeySelector",
  {
    ...inline(1, LocalObjectReference),
    key: req(2, string, ""),
    optional: opt(3, bool, "", { keepZero: true }),
  },
  { atomic: true },
);
export interface ConfigMapKeySelector extends Infer<typeof ConfigMapKeySelector> {}
