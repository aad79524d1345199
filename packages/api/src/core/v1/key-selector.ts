import { type Infer, bool, inline, int32, opt, quantity, req, string, struct } from "@skates/apimachinery";
import { LocalObjectReference } from "./object-reference.ts";

export const KeyToPath = struct(
  "core/v1.KeyToPath",
  {
    key: req(1, string, "The key."),
    path: req(2, string, "Relative path of the file; without '..'."),
    mode: opt(3, int32, "Bits of the file's mode; the volume's default when absent.", { keepZero: true }),
  },
  { doc: "A key and the file that it becomes." },
);
export interface KeyToPath extends Infer<typeof KeyToPath> {}

export const FileKeySelector = struct(
  "core/v1.FileKeySelector",
  {
    volumeName: req(1, string, "Name of the volume."),
    path: req(2, string, "Relative path of the file."),
    key: req(3, string, "Name of the variable."),
    optional: opt(4, bool, "Neither file nor key need exist.", { keepZero: true, default: false }),
  },
  { atomic: true, doc: "A key in a file of variables within a volume." },
);
export interface FileKeySelector extends Infer<typeof FileKeySelector> {}

export const ResourceFieldSelector = struct(
  "core/v1.ResourceFieldSelector",
  {
    containerName: opt(1, string, "Name of the container; needed in volumes."),
    resource: req(2, string, "Such as limits.cpu or requests.memory."),
    divisor: opt(3, quantity, "Unit that the number is given in.", { emitEmpty: true }),
  },
  { atomic: true, doc: "A resource of a container, as a number." },
);
export interface ResourceFieldSelector extends Infer<typeof ResourceFieldSelector> {}

export const ObjectFieldSelector = struct(
  "core/v1.ObjectFieldSelector",
  {
    apiVersion: opt(1, string, "Version of the path; v1.", { default: "v1" }),
    fieldPath: req(2, string, "Path of the field."),
  },
  { atomic: true, doc: "A field of the pod, as text." },
);
export interface ObjectFieldSelector extends Infer<typeof ObjectFieldSelector> {}

export const SecretKeySelector = struct(
  "core/v1.SecretKeySelector",
  {
    ...inline(1, LocalObjectReference),
    key: req(2, string, "The key."),
    optional: opt(3, bool, "Neither secret nor key need exist.", { keepZero: true }),
  },
  { atomic: true, doc: "A key of a secret." },
);
export interface SecretKeySelector extends Infer<typeof SecretKeySelector> {}

export const ConfigMapKeySelector = struct(
  "core/v1.ConfigMapKeySelector",
  {
    ...inline(1, LocalObjectReference),
    key: req(2, string, "The key."),
    optional: opt(3, bool, "Neither config map nor key need exist.", { keepZero: true }),
  },
  { atomic: true, doc: "A key of a config map." },
);
export interface ConfigMapKeySelector extends Infer<typeof ConfigMapKeySelector> {}
