import { type CustomResourceDefinition, customResourceDefinitions } from "@skates/api/apiextensions/v1";
import {
  type ApiObject,
  equalValues,
  formatFieldError,
  formatGroupVersion,
  formatTime,
  isStatus,
  jsonText,
  keyOf,
  type Resource,
  joinedErrors,
} from "@skates/apimachinery";
import { compileDefinition, type Registry, structuralFindings } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Component, type Env, messageOf, type Random, TaskGroup } from "@skates/component-base";
import { createInformer, createWorkQueue } from "@skates/controller-runtime";
import { API_SERVER } from "../authentication/users.ts";
import { type ConversionSurroundings, webhookConversion } from "./webhook-conversion.ts";
import { approvalOf } from "./approval.ts";
import {
  CLEANUP_FINALIZER,
  isTrue,
  type TakenNames,
  withCondition,
  withNames,
  withoutCondition,
} from "./definition-status.ts";

export interface CustomResourcesOptions extends Pick<ConversionSurroundings, "webhooks"> {
  readonly env: Env;
  readonly registry: Registry;
  readonly client: Client;
}

/** Between looks at the objects of a kind that goes. */
const CLEAR_MS = 500;

interface ServedDefinition {
  /** Changes with all that its resources are made of. */
  readonly mark: string;
  readonly resources: readonly Resource[];
  /** Read by the strategies of the resources. */
  readonly state: { terminating: boolean };
}

/** Serves what definitions define: accepts names, compiles, adds to the registry, and removes the objects of those that go. */
export class CustomResources implements Component {
  readonly name = "custom-resources";
  readonly #options: CustomResourcesOptions;
  readonly #served = new Map<string, ServedDefinition>();
  /** All definitions without their versions, as they were last written here: names are given out by these. */
  readonly #known = new Map<string, CustomResourceDefinition>();
  readonly #ids: Random;
  #ready = false;

  constructor(options: CustomResourcesOptions) {
    this.#options = options;
    this.#ids = options.env.random.stream("conversion-reviews");
  }

  /** True once all definitions that were there at the start are served. */
  ready(): boolean {
    return this.#ready;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { env, client } = this.#options;
    const queue = createWorkQueue<string>({ clock: env.clock, id: (name) => name }, signal);
    const group = new TaskGroup(signal);
    const informer = createInformer(client.resource(customResourceDefinitions), customResourceDefinitions, {
      env,
      keep: withoutVersions,
    });
    group.spawn((inner) => informer.run(inner));
    const end = informer.subscribe(({ type, object }) => {
      queue.add(object.metadata.name);
      // Its names are free now.
      if (type === "deleted") for (const name of this.#refused()) queue.add(name, { delayMs: 10 });
    });
    try {
      await informer.whenSynced(signal);
      const all = informer.list();
      for (const one of all) this.#known.set(one.metadata.name, one);
      for (const { metadata } of all) await this.#process(metadata.name, signal);
      this.#ready = true;
      group.spawn(async (inner) => {
        while (!inner.aborted) {
          const name = await queue.take(inner);
          const outcome = await this.#process(name, inner);
          queue.done(name, outcome === "retry" ? "retry" : "ok");
          if (outcome === "later") queue.add(name, { delayMs: CLEAR_MS });
        }
      });
      await group.join();
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      end();
      this.#ready = false;
    }
  }

  /** `retry`: it failed; `later`: objects that others hold are waited for. */
  async #process(name: string, signal: AbortSignal): Promise<"done" | "later" | "retry"> {
    const { registry, env } = this.#options;
    try {
      const found = await registry.get(customResourceDefinitions, { name }, signal);
      if (found === undefined) {
        this.#stop(name);
        this.#known.delete(name);
        return "done";
      }
      const definition = await this.#judge(found, signal);
      this.#known.set(name, withoutVersions(definition));
      if (isTrue(definition, "Established")) this.#serve(definition);
      if (definition.metadata.deletionTimestamp === undefined) return "done";
      return (await this.#clear(definition, signal)) ? "done" : "later";
    } catch (error) {
      signal.throwIfAborted();
      if (isStatus(error, "NotFound") || isStatus(error, "Conflict")) return "retry";
      env.log.warn("a custom resource definition could not be carried out yet", { name, cause: messageOf(error) });
      return "retry";
    }
  }

  /** Accepts names, and tells of what is not there. */
  async #judge(found: CustomResourceDefinition, signal: AbortSignal): Promise<CustomResourceDefinition> {
    // Names that were accepted stay: looking at all others would make a start with many definitions slow.
    const settled =
      isTrue(found, "NamesAccepted") &&
      isTrue(found, "Established") &&
      equalValues(found.status?.acceptedNames, found.spec.names);
    const taken = settled ? undefined : this.#taken(found);
    return await this.#change(
      found,
      (current) => {
        const now = formatTime(this.#options.env.clock.nowMs());
        return withPolicies(taken === undefined ? current : withNames(current, taken, now), now);
      },
      signal,
    );
  }

  /** Definitions whose names belong to others. */
  #refused(): readonly string[] {
    return [...this.#known.values()]
      .filter((one) => !isTrue(one, "NamesAccepted"))
      .map(({ metadata }) => metadata.name);
  }

  /** Names of the group's other kinds. */
  #taken({ metadata, spec }: CustomResourceDefinition): TakenNames {
    const { registry } = this.#options;
    const kinds = new Set<string>();
    const resources = new Set<string>();
    for (const one of registry.resources()) {
      if (one.group !== spec.group || one.custom === true) continue;
      for (const kind of [one.kind, one.listKind]) kinds.add(kind);
      for (const name of [one.plural, one.singular, ...one.shortNames]) resources.add(name);
    }
    for (const other of this.#known.values()) {
      const names = other.status?.acceptedNames;
      if (other.metadata.name === metadata.name || other.spec.group !== spec.group || names === undefined) continue;
      for (const kind of [names.kind, names.listKind ?? ""]) kinds.add(kind);
      for (const name of [names.plural, names.singular ?? "", ...(names.shortNames ?? [])]) resources.add(name);
    }
    kinds.delete("");
    resources.delete("");
    return { kinds, resources };
  }

  #serve(definition: CustomResourceDefinition): void {
    const { registry } = this.#options;
    const { metadata, spec, status } = definition;
    const going = metadata.deletionTimestamp !== undefined;
    const names = status?.acceptedNames ?? spec.names;
    // Objects of a kind that goes are reached through the stored version, served or not.
    const versions = going
      ? spec.versions.map((one) => ({ ...one, served: one.served || one.storage }))
      : spec.versions;
    const wanted = { ...spec, names, versions };
    const mark = jsonText([metadata.uid, metadata.generation, names, going]);
    const known = this.#served.get(metadata.name);
    if (known?.mark === mark) {
      known.state.terminating = going;
      return;
    }
    const state = { terminating: going };
    const served = { ...definition, spec: wanted };
    const convert = webhookConversion(served, { webhooks: this.#options.webhooks, random: this.#ids });
    const resources = compileDefinition(served, { terminating: () => state.terminating, convert });
    this.#stop(metadata.name);
    for (const resource of resources) registry.add(resource);
    this.#served.set(metadata.name, { mark, resources, state });
  }

  #stop(name: string): void {
    for (const resource of this.#served.get(name)?.resources ?? []) this.#options.registry.remove(resource);
    this.#served.delete(name);
  }

  /** Removes the objects, then lets the definition go. False: some are still there. */
  async #clear(definition: CustomResourceDefinition, signal: AbortSignal): Promise<boolean> {
    const { client, registry } = this.#options;
    const { name, finalizers = [] } = definition.metadata;
    if (!finalizers.includes(CLEANUP_FINALIZER)) return true;
    const { resources = [] } = this.#served.get(name) ?? {};
    // No webhook is needed to see in which state objects are.
    const resource = resources.find((one) => formatGroupVersion(one) === one.storageVersion) ?? resources[0];
    const left = resource === undefined ? [] : registry.cachedList<ApiObject>(resource);
    if (resource !== undefined && left.length > 0) {
      await this.#report(
        definition,
        ["True", "InstanceDeletionInProgress", "CustomResource deletion is in progress"],
        signal,
      );
      for (const object of left) {
        if (object.metadata.deletionTimestamp !== undefined) continue;
        try {
          await client.resource<ApiObject>(resource).delete(keyOf(object), {}, signal);
        } catch (error) {
          if (!isStatus(error, "NotFound")) throw error;
        }
      }
      return registry.cachedList<ApiObject>(resource).length === 0 ? await this.#release(definition, signal) : false;
    }
    return await this.#release(definition, signal);
  }

  async #release(definition: CustomResourceDefinition, signal: AbortSignal): Promise<boolean> {
    await this.#report(definition, ["False", "InstanceDeletionCompleted", "removed all instances"], signal);
    const { name, finalizers = [] } = definition.metadata;
    const left = finalizers.filter((one) => one !== CLEANUP_FINALIZER);
    await this.#options.client
      .resource(customResourceDefinitions)
      .patch({ name }, { type: "merge", body: { metadata: { finalizers: left } } }, {}, signal);
    return true;
  }

  async #report(
    definition: CustomResourceDefinition,
    [status, reason, message]: readonly [string, string, string],
    signal: AbortSignal,
  ): Promise<void> {
    const now = formatTime(this.#options.env.clock.nowMs());
    await this.#change(
      definition,
      (current) => withCondition(current, { type: "Terminating", status, reason, message }, now),
      signal,
    );
  }

  /** Writes a status, if it changes anything. */
  async #change(
    found: CustomResourceDefinition,
    change: (current: CustomResourceDefinition) => CustomResourceDefinition,
    signal: AbortSignal,
  ): Promise<CustomResourceDefinition> {
    const { registry, env } = this.#options;
    if (change(found) === found) return found;
    const { name } = found.metadata;
    let written = found;
    const writer = {
      user: API_SERVER,
      nowMs: env.clock.nowMs(),
      fieldManager: "kube-apiserver",
      dryRun: false,
      subresource: "status",
    };
    const keep = (current: CustomResourceDefinition): CustomResourceDefinition => (written = change(current));
    await registry.modify(customResourceDefinitions, { key: { name }, writer, change: keep }, signal);
    return written;
  }
}

/** Schemas are large, and looked at only when a kind is compiled. */
function withoutVersions(definition: CustomResourceDefinition): CustomResourceDefinition {
  return { ...definition, spec: { ...definition.spec, versions: [] } };
}

/** What is said of the group's approval, and of schemas that were stored before they had to be structural. */
function withPolicies(definition: CustomResourceDefinition, now: string): CustomResourceDefinition {
  const approval = approvalOf(definition);
  const approved = approval === undefined ? definition : withCondition(definition, approval, now);
  const type = "NonStructuralSchema";
  const known = definition.status?.conditions?.some((one) => one.type === type) === true;
  // Schemas are checked before they are stored: only what was there before can be otherwise, and 500 definitions are many.
  if (!known && definition.spec.preserveUnknownFields !== true) return approved;
  const findings = structuralFindings(definition);
  if (findings.length === 0) return withoutCondition(approved, type);
  const message = joinedErrors(findings.map(formatFieldError));
  return withCondition(approved, { type, status: "True", reason: "Violations", message }, now);
}
