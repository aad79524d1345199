import type { ApiObject, Resource, Struct, UserInfo } from "@skates/apimachinery";

/** A write, as admission sees it. */
export interface AdmissionAttributes {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  /** In the hub version, as the objects are. */
  readonly resource: Resource;
  /** In the version of the request. */
  readonly requested: Resource;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The kind of `object`, in the version of the request: that of the resource, but for subresources of other kinds and CONNECT. */
  readonly kind: AdmissionKind;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** May be empty on CREATE with generateName. */
  readonly name: string;
  /** What would be written; absent on DELETE. On subresources of other kinds, the body as sent; on CONNECT, the options in the query. */
  readonly object: ApiObject | undefined;
  /** What is there; absent on CREATE and CONNECT. */
  readonly old: ApiObject | undefined;
  /** CreateOptions, UpdateOptions, PatchOptions or DeleteOptions of the request. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly user: UserInfo;
  /** Such a write must leave no trace outside the object. */
  readonly dryRun: boolean;
  /** Wall clock of the request, ms since the epoch. */
  readonly nowMs: number;
  /** When the request's time is up, on the monotonic clock; undefined: it has no limit. */
  readonly deadlineMs: number | undefined;
  /** What mutating plugins remember during this request. */
  readonly rounds: AdmissionRounds;
  /** Adds a `Warning` header to the answer. */
  warn(text: string): void;
  /** Notes something about the request in the audit log, under a key `<domain>/<name>`; the first note under a key stays. */
  annotate(key: string, value: string): void;
}

/** What an object says that it is. */
export interface AdmissionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Set where the kind is not that of the resource. */
  readonly struct?: Struct | undefined;
}

/**
 * Mutating plugins run twice when a webhook or policy has changed the object after others saw it: `again` asks for the second round,
 * after which there is none.
 */
export class AdmissionRounds {
  /** What plugins keep from the first round to the second, by their names. */
  readonly kept = new Map<string, unknown>();
  #round: 0 | 1 = 0;
  #wanted = false;

  get round(): 0 | 1 {
    return this.#round;
  }

  again(): void {
    this.#wanted = true;
  }

  /** True if there is to be a second round, which then has begun. */
  next(): boolean {
    if (!this.#wanted || this.#round === 1) return false;
    this.#round = 1;
    return true;
  }
}

/** Webhooks, policies and built-in plugins alike. Throws StatusError to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  handles(attributes: AdmissionAttributes): boolean;
  /** The object to be written instead; the same one when nothing changes. On DELETE there is none. */
  mutate?(attributes: AdmissionAttributes, signal: AbortSignal): Promise<ApiObject | undefined>;
  validate?(attributes: AdmissionAttributes, signal: AbortSignal): Promise<void>;
}

/** Lets all plugins mutate, in their order, and once more if one of them asks for it. Gives the object to be written. */
export async function mutateByAdmission(
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
  signal: AbortSignal,
): Promise<ApiObject | undefined> {
  let current = attributes;
  do {
    for (const plugin of plugins) {
      if (plugin.mutate === undefined || !plugin.handles(current)) continue;
      const object = await plugin.mutate(current, signal);
      if (object !== current.object) current = { ...current, object };
    }
  } while (attributes.rounds.next());
  return current.object;
}

/** Lets all plugins validate, in their order. The first refusal is thrown. */
export async function validateByAdmission(
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
  signal: AbortSignal,
): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.validate !== undefined && plugin.handles(attributes)) await plugin.validate(attributes, signal);
  }
}
