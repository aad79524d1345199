import { assert } from "@skates/component-base";
import type { ManagedFieldsEntry } from "./meta/v1/managed-fields-entry.ts";
import type { ObjectMeta } from "./meta/v1/object-meta.ts";
import type { OwnerReference } from "./meta/v1/owner-reference.ts";
import { parseGroupVersion } from "./object.ts";
import { equalValues } from "./schema/equal.ts";
import {
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  type Path,
  required,
  tooLong,
} from "./schema/field-error.ts";
import { type Format, formats } from "./schema/formats.ts";
import { validateLabels } from "./selector/label-selector.ts";
import { isDns1123Label, isQualifiedName, utf8Length } from "./text/names.ts";

export interface ObjectMetaRules {
  readonly namespaced: boolean;
  /** A format of `schema/formats.ts` for the name, or a check of one's own; default: `dns1123Subdomain`. */
  readonly nameFormat?: string | Format | undefined;
}

const META: Path = ["metadata"];
const ANNOTATIONS_LIMIT_BYTES = 256 * 1024;
const MANAGER_LIMIT_BYTES = 128;

/** What is wrong with the metadata of an object about to be created, its name being made already. */
export function validateObjectMeta(meta: ObjectMeta, rules: ObjectMetaRules, path: Path = META): readonly FieldError[] {
  const format = nameFormat(rules);
  const errors: FieldError[] = [];
  if (meta.generateName !== undefined && meta.generateName !== "") {
    const prefix = meta.generateName.length > 1 ? meta.generateName.replace(/.-$/, "a") : meta.generateName;
    for (const message of format(prefix)) errors.push(invalid([...path, "generateName"], meta.generateName, message));
  }
  if (meta.name === "") errors.push(required([...path, "name"], "name or generateName is required"));
  else for (const message of format(meta.name)) errors.push(invalid([...path, "name"], meta.name, message));
  errors.push(...validateNamespace(meta, rules, path), ...validateParts(meta, path));
  return [...errors, ...validateFinalizers(meta.finalizers ?? [], [...path, "finalizers"])];
}

/** What is wrong with the metadata of an update. Both have their resourceVersion. */
export function validateObjectMetaUpdate(next: ObjectMeta, old: ObjectMeta, path: Path = META): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp !== undefined) errors.push(...noNewFinalizers(next, old, [...path, "finalizers"]));
  if ((next.resourceVersion ?? "") === "") {
    errors.push(invalid([...path, "resourceVersion"], "", "must be specified for an update"));
  }
  const generation = next.generation ?? 0;
  if (generation < (old.generation ?? 0)) {
    errors.push(invalid([...path, "generation"], generation, "must not be decremented"));
  }
  for (const field of IMMUTABLE) {
    if (equalValues(next[field] ?? "", old[field] ?? "")) continue;
    errors.push(invalid([...path, field], next[field] ?? EMPTY[field], "field is immutable"));
  }
  errors.push(...validateParts(next, path));
  return equalValues(next.finalizers, old.finalizers)
    ? errors
    : [...errors, ...validateFinalizers(next.finalizers ?? [], [...path, "finalizers"])];
}

const IMMUTABLE = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;
const EMPTY = {
  name: "",
  namespace: "",
  uid: "",
  creationTimestamp: null,
  deletionTimestamp: null,
  deletionGracePeriodSeconds: null,
} as const;

function nameFormat({ nameFormat = "dns1123Subdomain" }: ObjectMetaRules): Format {
  if (typeof nameFormat === "function") return nameFormat;
  const format = Object.hasOwn(formats, nameFormat) ? formats[nameFormat] : undefined;
  assert(format !== undefined, `no format is named ${nameFormat}`);
  return format;
}

function validateNamespace(meta: ObjectMeta, rules: ObjectMetaRules, path: Path): readonly FieldError[] {
  const namespace = meta.namespace ?? "";
  const at = [...path, "namespace"];
  if (!rules.namespaced) return namespace === "" ? [] : [forbidden(at, "not allowed on this type")];
  if (namespace === "") return [required(at)];
  return isDns1123Label(namespace).map((message) => invalid(at, namespace, message));
}

function validateParts(meta: ObjectMeta, path: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  if ((meta.generation ?? 0) < 0) {
    errors.push(invalid([...path, "generation"], meta.generation, "must be greater than or equal to 0"));
  }
  if (meta.labels !== undefined) errors.push(...validateLabels(meta.labels, [...path, "labels"]));
  if (meta.annotations !== undefined) errors.push(...validateAnnotations(meta.annotations, [...path, "annotations"]));
  if (meta.ownerReferences !== undefined) {
    errors.push(...validateOwnerReferences(meta.ownerReferences, [...path, "ownerReferences"]));
  }
  for (const [index, entry] of (meta.managedFields ?? []).entries()) {
    errors.push(...validateManagedFields(entry, [...path, "managedFields", index]));
  }
  return errors;
}

/** Keys of annotations may have capitals in their prefix; all of them together have a limit. */
export function validateAnnotations(annotations: Readonly<Record<string, string>>, path: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    for (const message of isQualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
    size += utf8Length(key) + utf8Length(value);
  }
  if (size > ANNOTATIONS_LIMIT_BYTES) errors.push(tooLong(path, ANNOTATIONS_LIMIT_BYTES));
  return errors;
}

function validateOwnerReferences(references: readonly OwnerReference[], path: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  let controller = "";
  for (const [index, reference] of references.entries()) {
    errors.push(...validateOwnerReference(reference, [...path, index]));
    if (reference.controller !== true) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === "") controller = name;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(invalid(path, references, detail));
    }
  }
  return errors;
}

function validateOwnerReference(reference: OwnerReference, path: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  const { version } = parseGroupVersion(reference.apiVersion);
  if (reference.apiVersion === "") errors.push(required([...path, "apiVersion"], "must not be empty"));
  else if (version === "" || version.includes("/")) {
    errors.push(invalid([...path, "apiVersion"], reference.apiVersion, "must be <group>/<version> or <version>"));
  }
  for (const field of ["kind", "name", "uid"] as const) {
    if (reference[field] === "") errors.push(required([...path, field], "must not be empty"));
  }
  if (reference.apiVersion === "v1" && reference.kind === "Event") {
    errors.push(invalid(path, reference, "/v1, Kind=Event is disallowed from being an owner"));
  }
  return errors;
}

function validateFinalizers(finalizers: readonly string[], path: Path): readonly FieldError[] {
  const errors = finalizers.flatMap((finalizer) =>
    isQualifiedName(finalizer).map((message) => invalid(path, finalizer, message)),
  );
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    errors.push(invalid(path, finalizers, "finalizer orphan and foregroundDeletion cannot be both set"));
  }
  return errors;
}

function noNewFinalizers(next: ObjectMeta, old: ObjectMeta, path: Path): readonly FieldError[] {
  const known = new Set(old.finalizers);
  const extra = [...new Set(next.finalizers)].filter((finalizer) => !known.has(finalizer)).toSorted();
  if (extra.length === 0) return [];
  const list = extra.map((finalizer) => JSON.stringify(finalizer)).join(", ");
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  return [forbidden(path, detail)];
}

function validateManagedFields(entry: ManagedFieldsEntry, path: Path): readonly FieldError[] {
  const errors: FieldError[] = [];
  if ((entry.operation ?? "") === "") errors.push(required([...path, "operation"], "must not be empty"));
  else if (entry.operation !== "Apply" && entry.operation !== "Update") {
    errors.push(notSupported([...path, "operation"], entry.operation, ["Apply", "Update"]));
  }
  if ((entry.fieldsType ?? "") !== "" && entry.fieldsType !== "FieldsV1") {
    errors.push(invalid([...path, "fieldsType"], entry.fieldsType, "must be `FieldsV1`"));
  }
  return [...errors, ...validateFieldManager(entry.manager ?? "", [...path, "manager"])];
}

/** The name of a field manager: at most 128 bytes, printable. */
export function validateFieldManager(manager: string, path: Path): readonly FieldError[] {
  if (utf8Length(manager) > MANAGER_LIMIT_BYTES) return [tooLong(path, MANAGER_LIMIT_BYTES)];
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S}\x20]/u.exec(manager);
  if (odd === null) return [];
  const code = (odd[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return [invalid(path, manager, `invalid character U+${code} (at position ${odd.index})`)];
}
