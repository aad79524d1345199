import type { ApiObject, Resource } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Env, TaskGroup } from "@skates/component-base";
import type { Listers } from "./controller.ts";
import { createInformer } from "./informer.ts";
import type { Informer, InformerOptions } from "./lister.ts";

/** Informers of whole resources, one for each, shared by all who ask. */
export interface Informers extends Listers {
  /** The one informer of a resource; indexes are added to it. One that is asked for while others run starts at once. */
  for<T extends ApiObject>(resource: Resource<T>, options?: Pick<InformerOptions<T>, "indexes">): Informer<T>;
  /** The informer of a resource if anybody asked for it. */
  existing(resource: Resource): Informer<ApiObject> | undefined;
  /** Runs all until `signal` aborts. Call once. */
  run(signal: AbortSignal): Promise<void>;
  whenSynced(signal: AbortSignal): Promise<void>;
}

/** Shared informers on one client. */
export function createInformers(client: Client, env: Env): Informers {
  const informers = new Map<string, Informer<ApiObject>>();
  /** The same by the value that was asked with: every change of every object asks. */
  const asked = new WeakMap<Resource, Informer<ApiObject>>();
  let group: TaskGroup | undefined;
  const idOf = (resource: Resource): string => `${resource.group}/${resource.version}/${resource.plural}`;

  const made = (resource: Resource): Informer<ApiObject> => {
    const id = idOf(resource);
    let informer = informers.get(id);
    if (informer === undefined) {
      const own = createInformer(client.resource<ApiObject>(resource), resource, { env });
      informers.set(id, (informer = own));
      group?.spawn((signal) => own.run(signal));
    }
    asked.set(resource, informer);
    return informer;
  };

  return {
    for<T extends ApiObject>(resource: Resource<T>, options?: Pick<InformerOptions<T>, "indexes">): Informer<T> {
      const informer = asked.get(resource) ?? made(resource);
      for (const name in options?.indexes) {
        const values = options.indexes[name];
        if (values !== undefined) informer.addIndex(name, values);
      }
      // The map hands each resource the informer that was made for it.
      return informer as unknown as Informer<T>;
    },
    existing: (resource) => informers.get(idOf(resource)),
    async run(signal) {
      group = new TaskGroup(signal);
      for (const informer of informers.values()) group.spawn((inner) => informer.run(inner));
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener("abort", () => resolve(), { once: true });
      });
      await group.join();
    },
    async whenSynced(signal) {
      await Promise.all([...informers.values()].map((informer) => informer.whenSynced(signal)));
    },
  };
}
