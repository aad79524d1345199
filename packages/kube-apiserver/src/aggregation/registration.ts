import { type CustomResourceDefinition, customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { type APIService, apiServices } from "@skates/api/apiregistration/v1";
import { equalValues, isStatus } from "@skates/apimachinery";
import { CUSTOM_PRIORITY, ownPriority, type Registry, type VersionPriority } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Env, messageOf, TaskGroup } from "@skates/component-base";
import { createInformer, createWorkQueue, type Informer } from "@skates/controller-runtime";

/** Marks those that the server made itself: `onstart` at its start only, `true` as long as there is a definition. */
const MANAGED = "kube-aggregator.kubernetes.io/automanaged";

export interface RegistrationOptions {
  readonly env: Env;
  readonly registry: Registry;
  readonly client: Client;
}

interface Wanted {
  readonly group: string;
  readonly version: string;
  readonly priority: VersionPriority;
  readonly managed: "onstart" | "true";
}

type Wants = ReadonlyMap<string, Wanted>;

/**
 * Registers what the server serves of its own: built-in groups once, at the start, so that an administrator can have the last word;
 * versions of definitions whenever they come, change and go. What somebody else registered is left alone.
 */
export async function registerOwnApis(
  options: RegistrationOptions,
  informer: Informer<APIService>,
  signal: AbortSignal,
): Promise<void> {
  const { env, client } = options;
  const definitions = createInformer(client.resource(customResourceDefinitions), customResourceDefinitions, { env });
  const queue = createWorkQueue<string>({ clock: env.clock, id: (name) => name }, signal);
  const group = new TaskGroup(signal);
  group.spawn((inner) => definitions.run(inner));
  await informer.whenSynced(signal);
  await definitions.whenSynced(signal);
  const builtin = builtinVersions(options.registry);
  const starting = new Set([...builtin.keys(), ...informer.list().map(({ metadata }) => metadata.name)]);
  const work = async (name: string, inner: AbortSignal): Promise<void> => {
    const custom = versionsOf(definitions.list());
    const wanted = custom.get(name) ?? (starting.has(name) ? builtin.get(name) : undefined);
    await settle(options, { name, wanted, known: informer.get({ name }), starting: starting.has(name) }, inner);
    starting.delete(name);
  };
  for (const name of new Set([...starting, ...versionsOf(definitions.list()).keys()])) queue.add(name);
  const ends = [
    definitions.subscribe((delta) => {
      const before = delta.type === "updated" ? [delta.old] : [];
      for (const { spec } of [delta.object, ...before]) {
        for (const version of spec.versions) queue.add(`${version.name}.${spec.group}`);
      }
    }),
    informer.subscribe(({ type, object }) => {
      if (type !== "added") queue.add(object.metadata.name);
    }),
  ];
  try {
    group.spawn(async (inner) => {
      while (!inner.aborted) {
        const name = await queue.take(inner);
        try {
          await work(name, inner);
          queue.done(name, "ok");
        } catch (error) {
          inner.throwIfAborted();
          if (!isStatus(error, "Conflict") && !isStatus(error, "AlreadyExists")) {
            env.log.warn("an API service could not be registered yet", { name, cause: messageOf(error) });
          }
          queue.done(name, "retry");
        }
      }
    });
    await group.join();
  } finally {
    for (const end of ends) end();
  }
}

interface Settled {
  readonly name: string;
  readonly wanted: Wanted | undefined;
  readonly known: APIService | undefined;
  /** Not settled yet since the server's start. */
  readonly starting: boolean;
}

async function settle(
  { client }: RegistrationOptions,
  { name, wanted, known, starting }: Settled,
  signal: AbortSignal,
) {
  const resource = client.resource<APIService>(apiServices);
  const managed = known?.metadata.labels?.[MANAGED];
  if (wanted === undefined) {
    // Those of the start are looked at then only.
    const stale = managed === "true" || (managed === "onstart" && starting);
    if (!stale || known?.metadata.deletionTimestamp !== undefined) return;
    try {
      await resource.delete({ name }, { preconditions: { uid: known?.metadata.uid } }, signal);
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
    }
    return;
  }
  const { group, version, priority, managed: label } = wanted;
  const own = group === "" ? {} : { group };
  const spec = { ...own, version, groupPriorityMinimum: priority.group, versionPriority: priority.version };
  if (known === undefined) {
    const metadata = { name, labels: { [MANAGED]: label } };
    await resource.create({ apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", metadata, spec }, {}, signal);
  } else if (managed !== undefined && !equalValues(known.spec, spec)) {
    await resource.update({ ...known, spec }, {}, signal);
  }
}

function builtinVersions(registry: Registry): Wants {
  const wants = new Map<string, Wanted>();
  for (const { group, version, custom } of registry.resources()) {
    const priority = ownPriority(group, version);
    // The registration is not registered itself: it is what requests meet first.
    if (custom === true || priority === undefined || group === apiServices.group) continue;
    wants.set(`${version}.${group}`, { group, version, priority, managed: "onstart" });
  }
  return wants;
}

function versionsOf(definitions: readonly CustomResourceDefinition[]): Wants {
  const wants = new Map<string, Wanted>();
  for (const { spec, metadata } of definitions) {
    if (metadata.deletionTimestamp !== undefined) continue;
    for (const { name: version, served } of spec.versions) {
      if (!served) continue;
      wants.set(`${version}.${spec.group}`, {
        group: spec.group,
        version,
        priority: CUSTOM_PRIORITY,
        managed: "true",
      });
    }
  }
  return wants;
}
