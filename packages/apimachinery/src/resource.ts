import type { Random } from "@skates/component-base";
import type { UserInfo } from "./handler.ts";
import type { DeleteOptions } from "./meta/v1/delete-options.ts";
import type { ApiObject } from "./object.ts";
import type { FieldError } from "./schema/field-error.ts";
import type { Struct } from "./schema/struct.ts";

/** What a strategy knows of the request. Time and identity are passed in; strategies are pure. */
export interface RequestInfo {
  readonly user: UserInfo;
  /** Wall clock of the request, ms since the epoch. */
  readonly nowMs: number;
  readonly random: Random;
  readonly operation: "create" | "update" | "delete";
  /** `status`, `scale`, …; absent for the object itself. */
  readonly subresource?: string | undefined;
  readonly dryRun: boolean;
}

/** Departures from the conventions. Pure and synchronous but for `begin`; `old` is absent on create. */
export interface Strategy<T extends ApiObject> {
  /** Sets and clears what clients may not decide. Runs after defaulting and the conventions. */
  prepare?(next: T, old: T | undefined, request: RequestInfo): T;
  /** Findings beyond the schema's facets and rules. */
  validate?(next: T, old: T | undefined, request: RequestInfo): readonly FieldError[];
  warnings?(next: T, old: T | undefined): readonly string[];
  /** Claims what lives outside the object (addresses, ports); `finish(false)` gives it back. */
  begin?(next: T, old: T | undefined, request: RequestInfo, signal: AbortSignal): Promise<Claim<T>>;
  /** Seconds that a deletion waits for the object's owner (the kubelet, for pods); undefined: gone at once. */
  graceSeconds?(object: T, options: DeleteOptions): number | undefined;
  /**
   * Writes to further subresources of this very kind (`finalize`, `approval`, `resize`, `ephemeralcontainers`): what such a write
   * makes of the old object. `status` follows the convention unless it is named here. A subresource that is neither here nor has a
   * handler of its own is answered with 501.
   */
  readonly views?: Readonly<Record<string, { merge(next: T, old: T): T }["merge"]>> | undefined;
  /** True while something beside `metadata.finalizers` keeps a deleted object in place (`spec.finalizers` of namespaces). */
  holds?(object: T): boolean;
  /** What else changes when an object is marked as being deleted (the phase of namespaces). */
  markDeleting?(object: T): T;
  /** What becomes of dependents when a deletion does not say; default `Delete`. `None`: no such finalizers are ever set (events). */
  readonly dependents?: "Delete" | "Orphan" | "None" | undefined;
  /** A deletion answers with the object rather than with a Status. */
  readonly returnsDeleted?: true | undefined;
  /** Objects vanish by themselves after this time (events). */
  readonly ttlSeconds?: number | undefined;
}

export interface Claim<T> {
  readonly object: T;
  finish(committed: boolean): Promise<void>;
}

export type Verb = "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

/** A column of the Table form. */
export interface Column<T> {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly format?: string | undefined;
  readonly description: string;
  /** 0: always shown; 1: with `-o wide`. */
  readonly priority: number;
  /** `nowMs` for ages. Dates are given as RFC 3339 text or as an age, as upstream does. */
  cell(object: T, nowMs: number): string | number | boolean | null;
}

export interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly ("create" | "delete" | "get" | "patch" | "update")[];
  /** Answers with a stream rather than an object (exec, log, proxy). */
  readonly connect?: true | undefined;
}

/** Paths of the fields that the scale subresource reads and writes. */
export interface ScalePaths {
  readonly spec: string;
  readonly status: string;
  readonly selector?: string | undefined;
}

/** Reads a field as text. Declared as a method, so that a resource of one kind is also a resource of any kind. */
export type FieldText<T> = { read(object: T): string }["read"];

/** A kind in a version, as the server, the clients and the tools see it. Built-in kinds and custom resources alike. */
export interface Resource<T extends ApiObject = ApiObject> {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly schema: Struct;
  /** What `metadata.name` must be: a named text format (`schema/formats.ts`), `dns1123Subdomain` for most kinds. */
  readonly nameFormat: string;
  /** Paths (`spec`, `metadata.annotations`) whose change raises `metadata.generation`, which starts at 1; empty: the kind has no generation. */
  readonly generationFields: readonly string[];
  /** A PUT to a name that does not exist creates the object. */
  readonly createOnUpdate: boolean;
  /** An update without resourceVersion overwrites what is there; where false it is refused as Invalid. */
  readonly unconditionalUpdate: boolean;
  readonly subresources: readonly Subresource[];
  readonly scale?: ScalePaths | undefined;
  /** The whole table, the columns Name and Age included. Empty: Name and Created At, as for kinds that upstream has no table for. */
  readonly columns: readonly Column<T>[];
  readonly strategy: Strategy<T>;
  /** Field selectors beside `metadata.name` and `metadata.namespace`: path to the field's text. */
  readonly selectableFields: Readonly<Record<string, FieldText<T>>>;
  /** Below the storage prefix, `pods` or `apps/deployments`: upstream's etcd layout without `/registry/`. Absent: not stored (reviews). */
  readonly storagePrefix?: string | undefined;
  /** `apiVersion` written to storage. */
  readonly storageVersion?: string | undefined;
  readonly storageVersionHash?: string | undefined;
  /** Versions that are not served any more, or not by default, and in which upstream has stored objects. */
  readonly formerVersions?: readonly FormerVersion[] | undefined;
  /** Sent as a warning with every answer, for versions that are to go. */
  readonly deprecationWarning?: string | undefined;
  /** A custom resource: it has no protobuf form and takes no strategic merge patches. */
  readonly custom?: true | undefined;
  /** Set in all versions of a kind that somebody else converts. There is no hub then: each version is worked on as it is. */
  readonly exchange?: Exchange | undefined;
  /** Set where this version is not the hub: the hub's resource, and two pure functions. */
  readonly conversion?: Conversion<T> | undefined;
}

/** How objects get from one version of a kind into another where that takes asking somebody, a conversion webhook for instance. */
export interface Exchange {
  /** The version that is written to storage. */
  stored(): Resource;
  /** A version, served or not: objects may be stored in any. */
  version(apiVersion: string): Resource | undefined;
  /**
   * The objects in a version, in their order, complete by its schema; all that are in another are asked for at once. Throws
   * InternalError in upstream's words when the answer does not come or is no good.
   */
  convert(objects: readonly ApiObject[], to: Resource): Promise<readonly ApiObject[]>;
}

/** A version that is only read, from storage. */
export interface FormerVersion {
  readonly apiVersion: string;
  /** Default: as in this version. */
  readonly schema?: Struct | undefined;
  /** Into this version; default: nothing changes but `apiVersion`. */
  toHub?(object: ApiObject): ApiObject;
}

export interface Conversion<T extends ApiObject> {
  hub(): Resource;
  toHub(object: T): ApiObject;
  fromHub(hub: ApiObject): T;
}
