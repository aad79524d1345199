import { defaultClass } from "../../default-class.ts";
import type { StorageClass } from "./storage-class.ts";

/** Annotations that make a class the default one, the newer first. */
export const DEFAULT_STORAGE_CLASS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
] as const;

/** The class that claims get that name none; undefined: there is no default. */
export function defaultStorageClass(classes: readonly StorageClass[]): StorageClass | undefined {
  return defaultClass(classes, DEFAULT_STORAGE_CLASS);
}
