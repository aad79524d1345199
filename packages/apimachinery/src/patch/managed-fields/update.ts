import type { ManagedFieldsEntry } from "../../meta/v1/managed-fields-entry.ts";
import type { ApiObject } from "../../object.ts";
import { isEmptyRecord } from "../../schema/equal.ts";
import type { JsonSink } from "../../schema/json-sink.ts";
import type { Struct } from "../../schema/struct.ts";
import { formatTime } from "../../text/time.ts";
import { type Changes, compareObjects } from "./compare.ts";
import { createdFields } from "./created-fields.ts";
import type { CreatedMemo } from "./created-memo.ts";
import { arrange, entryOf, fieldsOfEntry, withFields, type Writer, writtenBy, writtenEntry } from "./entries.ts";
import { difference, EMPTY_SET, type FieldSet, fieldSetOf, isEmptySet, union, without } from "./field-set.ts";
import { objectLayout } from "./layout.ts";

export interface ManagedFieldsUpdate {
  readonly struct: Struct;
  /** What is stored; undefined on create. */
  readonly old: ApiObject | undefined;
  /** What is to be stored, after defaults, in the version of the request. */
  readonly next: ApiObject;
  readonly manager: string;
  /** Version of the request, `apps/v1`. */
  readonly apiVersion: string;
  /** Default: none. */
  readonly subresource?: string | undefined;
  readonly nowMs: number;
  /** Fields that this request cannot change and must not own: `["status"]` for the object itself, `["spec"]` for its status. */
  readonly ignore?: readonly string[] | undefined;
  /** Both objects in another version of the kind, for entries of writers of that version; without it they are dropped. */
  readonly inVersion?: ((apiVersion: string) => OtherVersion | undefined) | undefined;
  /** Used on the way; what it held is lost. */
  readonly sink?: JsonSink | undefined;
  /** Remembers the fields of new objects, for others that are like them. */
  readonly memo?: CreatedMemo | undefined;
}

/** The two objects of an update as another version shows them. */
export interface OtherVersion {
  readonly struct: Struct;
  readonly old: unknown;
  readonly next: unknown;
}

/** Never recorded: identity and what the server decides. */
const STRIPPED = [
  "apiVersion",
  "kind",
  "metadata",
  "metadata.name",
  "metadata.namespace",
  "metadata.creationTimestamp",
  "metadata.selfLink",
  "metadata.uid",
  "metadata.clusterName",
  "metadata.generation",
  "metadata.managedFields",
  "metadata.resourceVersion",
] as const;
/** The same as a set. */
export const STRIPPED_SET: FieldSet = fieldSetOf(STRIPPED);
const UNOWNED: ReadonlySet<string> = new Set(["apiVersion", "kind"]);
const UNOWNED_METADATA: ReadonlySet<string> = new Set(
  STRIPPED.filter((path) => path.startsWith("metadata.")).map((path) => path.slice("metadata.".length)),
);

/**
 * The managedFields of an object about to be stored by create, update or any patch but apply: the writer owns what it changed,
 * the others lose it. Entries sent with the object replace those that are stored; one empty entry clears all. Undefined: none.
 */
export function updateManagedFields(update: ManagedFieldsUpdate): readonly ManagedFieldsEntry[] | undefined {
  const sent = update.next.metadata.managedFields;
  if (sent?.length === 1 && sent[0] !== undefined && isEmptyRecord(sent[0])) return undefined;
  const known = readable(sent) ?? readable(update.old?.metadata.managedFields) ?? [];
  const writer: Writer = {
    manager: update.manager,
    operation: "Update",
    apiVersion: update.apiVersion,
    subresource: update.subresource ?? "",
  };
  if (update.old === undefined && known.length === 0) return createdEntries(update, writer);
  const changes = changesOf(update);
  const own = stripped(without(changes.set, fieldSetOf(update.ignore ?? [])));
  if (isEmptySet(own) && isEmptySet(changes.removed) && isEmptySet(changes.set))
    return known.length === 0 ? undefined : known;
  const entries = revoke(known, { ...update, changes });
  const at = entries.findIndex((entry) => writtenBy(entry, writer));
  if (!isEmptySet(own)) {
    const before = at < 0 ? EMPTY_SET : fieldsOfEntry(entries[at] ?? {});
    const entry = entryOf(writer, union(before, own), formatTime(update.nowMs));
    if (at < 0) entries.push(entry);
    else entries[at] = entry;
  }
  return entries.length === 0 ? undefined : arrange(entries);
}

/** Of a new object that nobody else has written. */
function createdEntries(
  { struct, next, ignore, nowMs, sink, memo }: ManagedFieldsUpdate,
  writer: Writer,
): readonly ManagedFieldsEntry[] | undefined {
  const unowned = ignore === undefined || ignore.length === 0 ? UNOWNED : new Set([...UNOWNED, ...ignore]);
  const options = { unowned, unownedMetadata: UNOWNED_METADATA, sink };
  const fields = memo === undefined ? createdFields(struct, next, options) : memo.fieldsOf(struct, next, options);
  return fields === undefined ? undefined : [writtenEntry(writer, fields, formatTime(nowMs))];
}

/** Entries that hold something; undefined when there are none. */
function readable(entries: readonly ManagedFieldsEntry[] | undefined): readonly ManagedFieldsEntry[] | undefined {
  return entries === undefined || entries.length === 0 ? undefined : entries;
}

/** Without what is never recorded. */
export function stripped(set: FieldSet): FieldSet {
  return difference(set, STRIPPED_SET);
}

function changesOf({ struct, old, next }: ManagedFieldsUpdate): Changes {
  return compareObjects(objectLayout(struct), old ?? NOTHING, next);
}

const NOTHING = Object.freeze({});

export interface Revocation {
  readonly apiVersion: string;
  readonly changes: Changes;
  readonly inVersion?: ((apiVersion: string) => OtherVersion | undefined) | undefined;
  /** The entry that loses nothing: that of the applier itself. */
  readonly except?: Writer | undefined;
}

/** Takes what changed away from those who had it; entries that are left with nothing go. */
export function revoke(entries: readonly ManagedFieldsEntry[], revocation: Revocation): ManagedFieldsEntry[] {
  const kept: ManagedFieldsEntry[] = [];
  for (const entry of entries) {
    if (revocation.except !== undefined && writtenBy(entry, revocation.except)) {
      kept.push(entry);
      continue;
    }
    const changes = changesFor(entry, revocation);
    if (changes === undefined) continue;
    const fields = difference(difference(fieldsOfEntry(entry), changes.set), changes.removed);
    const rest = withFields(entry, fields);
    if (rest !== undefined) kept.push(rest);
  }
  return kept;
}

/** The changes as the version of an entry sees them; undefined for a version that is not there any more. */
export function changesFor(
  entry: ManagedFieldsEntry,
  { apiVersion, changes, inVersion }: Revocation,
): Changes | undefined {
  const version = entry.apiVersion ?? "";
  if (version === apiVersion) return changes;
  const other = inVersion?.(version);
  if (other === undefined) return undefined;
  const { struct, old, next } = other;
  return compareObjects(objectLayout(struct), old, next);
}
