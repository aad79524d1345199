import type { ApiObject, Resource, UserInfo } from "@skates/apimachinery";

/** A write, as admission sees it. */
export interface AdmissionAttributes {
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly resource: Resource;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** Empty for cluster-scoped objects. */
  readonly namespace: string;
  /** May be empty on CREATE with generateName. */
  readonly name: string;
  /** What would be written; absent on DELETE. On CONNECT and on subresources of other kinds, the body as sent. */
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
  /** Adds a `Warning` header to the answer. */
  warn(text: string): void;
  /** Notes something about the request in the audit log, under a key `<domain>/<name>`; the first note under a key stays. */
  annotate(key: string, value: string): void;
}

/** Webhooks, policies and built-in plugins alike. Throws StatusError to refuse. */
export interface AdmissionPlugin {
  readonly name: string;
  handles(attributes: AdmissionAttributes): boolean;
  /** The object to be written instead; the same one when nothing changes. */
  mutate?(attributes: AdmissionAttributes, signal: AbortSignal): Promise<ApiObject>;
  validate?(attributes: AdmissionAttributes, signal: AbortSignal): Promise<void>;
}

/** Lets all plugins mutate, in their order. Gives the object to be written. */
export async function mutateByAdmission(
  plugins: readonly AdmissionPlugin[],
  attributes: AdmissionAttributes,
  signal: AbortSignal,
): Promise<ApiObject | undefined> {
  let current = attributes;
  for (const plugin of plugins) {
    if (plugin.mutate === undefined || !plugin.handles(current)) continue;
    const object = await plugin.mutate(current, signal);
    if (object !== current.object) current = { ...current, object };
  }
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
