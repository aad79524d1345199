import type { ManagedFieldsEntry } from "../../meta/v1/managed-fields-entry.ts";
import type { ApiObject } from "../../object.ts";
import { decodeSent } from "../../schema/decode.ts";
import { jsonText } from "../../schema/json-text.ts";
import { isRecord } from "../../schema/record.ts";
import type { Struct } from "../../schema/struct.ts";
import { badRequest, StatusError } from "../../status.ts";
import { formatTime } from "../../text/time.ts";
import { compareObjects } from "./compare.ts";
import { arrange, entryOf, fieldsOfEntry, type Writer, writtenBy } from "./entries.ts";
import {
  difference,
  EMPTY_SET,
  type FieldSet,
  fieldSetOf,
  intersection,
  isEmptySet,
  paths,
  union,
  without,
} from "./field-set.ts";
import { allowedConflicts, syncLastApplied } from "./last-applied.ts";
import { type Layout, objectLayout } from "./layout.ts";
import { mergeApplied, removeFields } from "./merge.ts";
import { formatElements } from "./path-element.ts";
import { changesFor, type OtherVersion, type Revocation, revoke, STRIPPED_SET, stripped } from "./update.ts";
import { FieldSetError, fieldSetOfValue } from "./value-set.ts";

export interface ServerSideApply {
  readonly struct: Struct;
  /** What is stored; undefined when the apply creates the object. */
  readonly live: ApiObject | undefined;
  /** What the applier sent, parsed, neither normalised nor with defaults. */
  readonly applied: unknown;
  readonly manager: string;
  /** Version of the request, `apps/v1`. */
  readonly apiVersion: string;
  /** Default: none. */
  readonly subresource?: string | undefined;
  /** Takes fields away from others instead of refusing. */
  readonly force: boolean;
  readonly nowMs: number;
  /** Fields that this request cannot change and must not own, see `ManagedFieldsUpdate`. */
  readonly ignore?: readonly string[] | undefined;
  /** The stored object and the merged one (as `Applied.object`) in another version of the kind, for entries of writers of that version. */
  readonly inVersion?: ((apiVersion: string, merged: unknown) => OtherVersion | undefined) | undefined;
}

export interface Applied {
  /** The merged object: not normalised, without defaults, with the managedFields of `live`. Decode it, then set `managedFields`. */
  readonly object: unknown;
  readonly managedFields: readonly ManagedFieldsEntry[] | undefined;
}

/**
 * Server-side apply: lays what was sent over what is stored, removes what this manager applied before and does not any more,
 * and records who owns what. Throws StatusError: Conflict when others own what would change (unless `force`), BadRequest when
 * what was sent is malformed, and with code 500, as upstream, when it has fields that the schema does not know.
 */
export function serverSideApply(apply: ServerSideApply): Applied {
  const { struct, live, apiVersion, nowMs } = apply;
  checkSent(apply);
  const layout = objectLayout(struct);
  const { object: sent, strictErrors } = decodeSent(struct, apply.applied);
  if (strictErrors.length > 0) throw untyped(apply, undeclared(strictErrors));
  const writer: Writer = {
    manager: apply.manager,
    operation: "Apply",
    apiVersion,
    subresource: apply.subresource ?? "",
  };
  const known = knownEntries(apply, layout);
  const own = known.find((entry) => writtenBy(entry, writer));
  const last = own === undefined ? EMPTY_SET : fieldsOfEntry(own);
  const said = without(sentFields(apply, layout, sent), fieldSetOf(apply.ignore ?? []));
  const set = stripped(said);
  const merged = mergeApplied(layout, live ?? {}, sent);
  const gone = difference(last, set);
  const object = isEmptySet(gone)
    ? merged
    : removeFields(layout, merged, { gone, owned: ownedBy(known, { writer, set: union(said, STRIPPED_SET) }) });
  const changes = compareObjects(layout, live ?? {}, object);
  const inVersion = (version: string): OtherVersion | undefined => apply.inVersion?.(version, object);
  const revocation: Revocation = { apiVersion, changes, inVersion, except: writer };
  if (!apply.force) refuseConflicts(known, revocation, { writer, allowed: allowedConflicts(apply, layout) });
  const others = revoke(known, revocation).filter((entry) => !writtenBy(entry, writer));
  const moved = !isEmptySet(changes.set) || !isEmptySet(changes.removed);
  const time = moved ? formatTime(nowMs) : own?.time;
  const entries = isEmptySet(set) ? others : [...others, entryOf(writer, set, time)];
  const managedFields = entries.length === 0 ? undefined : arrange(entries);
  return {
    object: apply.manager === "kubectl" ? syncLastApplied(object, apply.applied) : object,
    managedFields,
  };
}

function checkSent({ applied, apiVersion }: ServerSideApply): void {
  if (!isRecord(applied)) throw badRequest("error decoding YAML: the applied configuration must be an object");
  const sentVersion = applied["apiVersion"];
  if (sentVersion !== undefined && sentVersion !== apiVersion) {
    const specified = `Specified patch version: ${textOf(sentVersion)}, expected: ${apiVersion}`;
    throw badRequest(`Incorrect version specified in apply patch. ${specified}`);
  }
  const metadata = applied["metadata"];
  const managed = isRecord(metadata) ? metadata["managedFields"] : undefined;
  if (Array.isArray(managed) && managed.length > 0) throw badRequest("metadata.managedFields must be nil");
}

/** Who owns what before; of an object that nobody has been recorded for, `before-first-apply` owns all. */
function knownEntries({ live, apiVersion }: ServerSideApply, layout: Layout): readonly ManagedFieldsEntry[] {
  const known = live?.metadata.managedFields ?? [];
  if (live === undefined || known.length > 0) return known;
  const fields = stripped(compareObjects(layout, {}, live).set);
  if (isEmptySet(fields)) return [];
  const writer: Writer = { manager: "before-first-apply", operation: "Update", apiVersion, subresource: "" };
  return [entryOf(writer, fields, live.metadata.creationTimestamp)];
}

function sentFields(apply: ServerSideApply, layout: Layout, sent: unknown): FieldSet {
  try {
    return fieldSetOfValue(layout, sent);
  } catch (error) {
    if (!(error instanceof FieldSetError)) throw error;
    throw untyped(apply, error.message);
  }
}

/** What upstream answers when what was sent does not fit the schema. */
function untyped({ live, applied, apiVersion }: ServerSideApply, reason: string): StatusError {
  const metadata = isRecord(applied) && isRecord(applied["metadata"]) ? applied["metadata"] : {};
  const kind = isRecord(applied) ? textOf(applied["kind"] ?? live?.kind) : "";
  const place = `${textOf(metadata["namespace"])}/${textOf(metadata["name"])}`;
  const message = `failed to create typed patch object (${place}; ${apiVersion}, Kind=${kind}): ${reason}`;
  return new StatusError("", message, { code: 500 });
}

/** `unknown field "spec.foo"` as it is said of an apply. */
function undeclared(strictErrors: readonly string[]): string {
  const texts = strictErrors.map((error) => {
    const path = /^unknown field "(.*)"$/s.exec(error)?.[1];
    return path === undefined ? error : `.${path}: field not declared in schema`;
  });
  return texts.length === 1 ? (texts[0] ?? "") : ["errors:", ...texts.map((text) => `  ${text}`)].join("\n");
}

function textOf(value: unknown): string {
  return value === undefined ? "" : typeof value === "string" ? value : jsonText(value);
}

interface Owner {
  readonly writer: Writer;
  /** What the applier owns from now on, and what nobody can take away. */
  readonly set: FieldSet;
}

function ownedBy(entries: readonly ManagedFieldsEntry[], { writer, set }: Owner): FieldSet {
  return entries.reduce((all, entry) => (writtenBy(entry, writer) ? all : union(all, fieldsOfEntry(entry))), set);
}

interface Applier {
  readonly writer: Writer;
  /** What it may take from others without asking. */
  readonly allowed: FieldSet;
}

function refuseConflicts(
  entries: readonly ManagedFieldsEntry[],
  revocation: Revocation,
  { writer, allowed }: Applier,
): void {
  const conflicts = entries.flatMap((entry) => {
    if (writtenBy(entry, writer)) return [];
    const changes = changesFor(entry, revocation);
    if (changes === undefined) return [];
    const lost = difference(intersection(fieldsOfEntry(entry), changes.set), allowed);
    return paths(lost).map((path) => ({ field: formatElements(path), owner: describeOwner(entry) }));
  });
  if (conflicts.length === 0) return;
  const causes = conflicts.map(({ field, owner }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${owner}`,
    field,
  }));
  throw new StatusError("Conflict", conflictMessage(conflicts), { details: { causes } });
}

interface Conflict {
  readonly field: string;
  readonly owner: string;
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) {
    return `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.field}`;
  }
  const owners = [...new Set(conflicts.map(({ owner }) => owner))].toSorted();
  const parts = owners.map((owner) => {
    const fields = conflicts.filter((conflict) => conflict.owner === owner).map(({ field }) => `- ${field}`);
    return `conflicts with ${owner}:\n${fields.join("\n")}`;
  });
  return `Apply failed with ${conflicts.length} conflicts: ${parts.join("\n")}`;
}

/** `"kubectl" using apps/v1`; appliers are named without their version. */
function describeOwner(entry: ManagedFieldsEntry): string {
  const subresource = entry.subresource ?? "";
  const name =
    JSON.stringify(entry.manager ?? "") +
    (subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`);
  return entry.operation === "Update" ? `${name} using ${entry.apiVersion ?? ""}` : name;
}
