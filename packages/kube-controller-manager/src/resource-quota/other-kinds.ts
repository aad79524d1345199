import { customResourceDefinitions } from "@skates/api/apiextensions/v1";
import { type ResourceQuota, resourceQuotas } from "@skates/api/core/v1";
import { type ApiObject, equalValues, type Resource } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import { type Component, type Env, TaskGroup } from "@skates/component-base";
import { createInformer, type Informer, type Informers } from "@skates/controller-runtime";
import { customKind } from "../custom-kinds.ts";
import type { Counted, OtherKinds } from "./plan.ts";

export interface OtherKindsOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly env: Env;
  /** All that the server serves. */
  readonly resources: readonly Resource[];
  /** Those that somebody else counts. */
  readonly counted: readonly Resource[];
}

interface Watched {
  readonly resource: Resource;
  readonly informer: Informer<ApiObject>;
  readonly ending: AbortController;
}

const COUNT = "count/";

/** Watches the objects of those kinds, custom ones among them, that a quota bounds by `count/<plural>.<group>` and nobody else counts. */
export function otherKinds(options: OtherKindsOptions): Component & OtherKinds {
  const { client, informers, env } = options;
  const quotas = informers.for(resourceQuotas);
  const definitions = informers.for(customResourceDefinitions);
  const watched = new Map<string, Watched>();
  let ready = false;

  function refresh(group: TaskGroup): void {
    const wanted = new Set(quotas.list().flatMap(namesOf));
    const kinds = [...options.resources, ...definitions.list().flatMap((one) => customKind(one) ?? [])];
    const known = new Map(kinds.filter(isCountable).map((resource) => [countName(resource), resource]));
    for (const { group: ofGroup, plural } of options.counted) known.delete(countName({ group: ofGroup, plural }));
    for (const [name, { resource, ending }] of watched) {
      if (wanted.has(name) && known.get(name)?.version === resource.version) continue;
      watched.delete(name);
      ending.abort(new Error("nobody counts this kind any more"));
    }
    for (const name of wanted) {
      const resource = known.get(name);
      if (resource === undefined || watched.has(name)) continue;
      const ending = new AbortController();
      const informer = createInformer(client.resource<ApiObject>(resource), resource, { env, keep: identityOf });
      watched.set(name, { resource, informer, ending });
      group.spawn((signal) => informer.run(AbortSignal.any([signal, ending.signal])));
    }
  }

  return {
    name: "resource-quota-kinds",
    ready: () => ready,
    countedFor(quota) {
      const names = namesOf(quota);
      const found = names.flatMap((name): Counted[] => {
        const one = watched.get(name);
        return one?.informer.synced() === true ? [{ resource: one.resource, lister: one.informer }] : [];
      });
      return { found, waiting: names.some((name) => watched.get(name)?.informer.synced() === false) };
    },
    async run(signal) {
      const group = new TaskGroup(signal);
      const endings: (() => void)[] = [];
      try {
        await Promise.all([quotas.whenSynced(signal), definitions.whenSynced(signal)]);
        endings.push(
          quotas.subscribe((delta) => {
            if (delta.type !== "updated" || !equalValues(delta.old.spec, delta.object.spec)) refresh(group);
          }),
          definitions.subscribe(() => refresh(group)),
        );
        ready = true;
        // Ends by its signal only, however many kinds there are to watch.
        group.spawn((inner) => new Promise<void>((resolve) => inner.addEventListener("abort", () => resolve())));
        await group.join();
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        for (const end of endings) end();
        ready = false;
      }
    },
  };
}

function namesOf({ spec }: ResourceQuota): readonly string[] {
  return Object.keys(spec.hard ?? {}).filter((name) => name.startsWith(COUNT));
}

function countName({ group, plural }: Pick<Resource, "group" | "plural">): string {
  return `${COUNT}${plural}${group === "" ? "" : `.${group}`}`;
}

const NEEDED = ["create", "delete", "list", "watch"] as const;

function isCountable({ namespaced, storagePrefix, verbs }: Resource): boolean {
  return namespaced && storagePrefix !== undefined && NEEDED.every((verb) => verbs.includes(verb));
}

/** Nothing more is needed to count. */
function identityOf({ apiVersion, kind, metadata }: ApiObject): ApiObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } };
}
