import type { ManagedFieldsEntry } from "../../meta/v1/managed-fields-entry.ts";
import { withRawFields } from "../../schema/raw-fields.ts";
import type { JsonObject } from "../../schema/type.ts";
import { EMPTY_SET, type FieldSet, isEmptySet, union } from "./field-set.ts";

/** Who wrote: one entry of managedFields per writer. */
export interface Writer {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** The most entries of operation Update that an object keeps. */
const UPDATE_ENTRY_LIMIT = 10;
const ANCIENT = "ancient-changes";

/** The paths that an entry holds. */
export function fieldsOfEntry(entry: ManagedFieldsEntry): FieldSet {
  // FieldsV1 is this tree by definition.
  return (entry.fieldsV1 as FieldSet | undefined) ?? EMPTY_SET;
}

/** True for the entry that belongs to this writer. An applier stays the same whatever version it uses. */
export function writtenBy(entry: ManagedFieldsEntry, writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === writer.operation &&
    (writer.operation === "Apply" || entry.apiVersion === writer.apiVersion) &&
    (entry.subresource ?? "") === writer.subresource
  );
}

export function entryOf(writer: Writer, fields: FieldSet, time: string | undefined): ManagedFieldsEntry {
  return {
    manager: writer.manager,
    operation: writer.operation,
    apiVersion: writer.apiVersion,
    time,
    fieldsType: "FieldsV1",
    fieldsV1: fields as JsonObject,
    ...(writer.subresource === "" ? {} : { subresource: writer.subresource }),
  };
}

/** The same, where the paths are written already. */
export function writtenEntry(writer: Writer, fields: string, time: string | undefined): ManagedFieldsEntry {
  return withRawFields(entryOf(writer, EMPTY_SET, time), fields);
}

/** The entry with other paths; undefined when none is left. */
export function withFields(entry: ManagedFieldsEntry, fields: FieldSet): ManagedFieldsEntry | undefined {
  if (isEmptySet(fields)) return undefined;
  return fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: fields as JsonObject };
}

/** The entries in upstream's order: by operation, time, manager; the oldest updates are put together when there are too many. */
export function arrange(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  return capUpdates(entries).toSorted(compareEntries);
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareText(a.operation, b.operation) ||
    compareText(a.time, b.time) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  );
}

function compareText(a = "", b = ""): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function capUpdates(entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const updates = entries.filter((entry) => entry.operation === "Update");
  if (updates.length <= UPDATE_ENTRY_LIMIT) return entries;
  const kept = new Set(entries);
  const buckets = new Map<string, ManagedFieldsEntry>();
  let count = updates.length;
  for (const entry of updates.toSorted((a, b) => compareText(a.time, b.time))) {
    if (count <= UPDATE_ENTRY_LIMIT) break;
    const version = entry.apiVersion ?? "";
    const bucket = buckets.get(version);
    kept.delete(entry);
    if (bucket !== undefined) count--;
    const fields = union(bucket === undefined ? EMPTY_SET : fieldsOfEntry(bucket), fieldsOfEntry(entry));
    const writer: Writer = { manager: ANCIENT, operation: "Update", apiVersion: version, subresource: "" };
    buckets.set(version, entryOf(writer, fields, entry.time));
  }
  return [...kept, ...buckets.values()];
}
