import { type ApiObject, type Encoded, notFound, type ObjectKey, type Resource } from "@skates/apimachinery";
import type { CachedObject } from "../watch-cache/cached-object.ts";
import type { ResourceCache } from "../watch-cache/resource-cache.ts";
import { everythingIn, havingField } from "../watch-cache/selection.ts";
import { type RegistryCore, readCurrent } from "./core.ts";
import { viewOf } from "./exchange.ts";
import { inVersion, toHub } from "./in-version.ts";
import type { Registry, Writer } from "./registry.ts";
import type { Served } from "./served.ts";
import { cacheOf } from "./stored.ts";
import { updateObject } from "./update.ts";
import type { WriteCall } from "./write-call.ts";

/** The registry, over the server's own machinery. */
export function serverRegistry(core: RegistryCore): Registry {
  const stored = (resource: Resource): { readonly served: Served; readonly cache: ResourceCache } => {
    const served = core.served.find(resource.group, resource.version, resource.plural);
    if (served === undefined) throw notFound(resource, "");
    return { served, cache: cacheOf(served) };
  };
  const registry: Registry = {
    resources: () => core.served.all().map((served) => served.resource),
    servedGeneration: () => core.served.generation,
    add: (resource) => void core.served.add(resource, core.watchCache.register(resource)),
    remove: (resource) => {
      const removed = core.served.remove(resource);
      const cache = removed?.cache;
      if (cache !== undefined && !core.served.all().some((served) => served.cache === cache)) {
        core.watchCache.unregister(cache);
      }
    },
    get: async <T extends ApiObject>(resource: Resource<T>, key: ObjectKey, signal: AbortSignal) => {
      const { cache } = stored(resource);
      const entry = await readCurrent(core, cache, cache.keyOf(key.namespace ?? "", key.name), signal);
      return entry === undefined ? undefined : typed<T>((await viewOf(entry, resource)).object);
    },
    cached: <T extends ApiObject>(resource: Resource<T>, key: ObjectKey) => {
      const { cache } = stored(resource);
      const entry = cache.get(cache.keyOf(key.namespace ?? "", key.name));
      return entry === undefined ? undefined : typed<T>(cachedForm(entry, resource));
    },
    find: async <T extends ApiObject>(resource: Resource<T>, key: ObjectKey, signal: AbortSignal) =>
      registry.cached<T>(resource, key) ?? (await registry.get<T>(resource, key, signal)),
    cachedList: <T extends ApiObject>(resource: Resource<T>, namespace = "") =>
      stored(resource)
        .cache.candidates(everythingIn(namespace))
        .map((entry) => typed<T>(cachedForm(entry, resource))),
    cachedWhere: <T extends ApiObject>(resource: Resource<T>, field: string, value: string) => {
      const { cache } = stored(resource);
      const selection = havingField(field, value);
      return cache
        .candidates(selection)
        .filter((entry) => cache.matches(selection, entry, resource))
        .map((entry) => typed<T>(cachedForm(entry, resource)));
    },
    cachedRevision: ({ group, version, plural }) => {
      const served = core.served.find(group, version, plural);
      return served === undefined ? 0 : cacheOf(served).changed;
    },
    changed: (resources, signal) =>
      nextChange(
        resources.flatMap(({ group, version, plural }) => core.served.find(group, version, plural)?.cache ?? []),
        signal,
      ),
    countOf: ({ group, version, plural }) => core.served.find(group, version, plural)?.cache?.size ?? 0,
    watchersOf: ({ group, version, plural }, { namespace = "", name }) =>
      core.served.find(group, version, plural)?.cache?.watchersOf(namespace, name) ?? 0,
    modify: async <T extends ApiObject>(
      resource: Resource<T>,
      target: { readonly key: ObjectKey; readonly writer: Writer; change(current: T): T },
      signal: AbortSignal,
    ): Promise<Encoded> => {
      const { served } = stored(resource);
      const next = (old: ApiObject | undefined): ApiObject => {
        if (old === undefined) throw notFound(resource, target.key.name);
        const before = inVersion(resource, old);
        const after = target.change(typed<T>(before));
        return after === before ? old : toHub(resource, after);
      };
      const updated = await updateObject(writerCall(core, { served, key: target.key, writer: target.writer, signal }), {
        next,
        allowCreate: false,
      });
      return updated.object;
    },
  };
  return registry;
}

function nextChange(caches: readonly ResourceCache[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const ends = caches.map((cache) => cache.onChange(settle));
    signal.addEventListener("abort", settle, { once: true });
    if (signal.aborted) settle();

    function settle(): void {
      for (const end of ends) end();
      signal.removeEventListener("abort", settle);
      resolve();
    }
  });
}

function writerCall(
  core: RegistryCore,
  { served, key, writer, signal }: { served: Served; key: ObjectKey; writer: Writer; signal: AbortSignal },
): WriteCall {
  return {
    core,
    served,
    namespace: served.resource.namespaced ? (key.namespace ?? "") : "",
    name: key.name,
    subresource: writer.subresource ?? "",
    user: writer.user,
    nowMs: writer.nowMs,
    dryRun: writer.dryRun,
    fieldManager: writer.fieldManager,
    options: {},
    admission: [],
    deadlineMs: undefined,
    signal,
    warn: () => undefined,
    annotate: () => undefined,
  };
}

/** At once: what others convert is given as it is, unless it has been converted already. */
function cachedForm(entry: CachedObject, resource: Resource): ApiObject {
  return resource.exchange === undefined
    ? entry.view(resource).object
    : (entry.converted(resource)?.object ?? entry.object);
}

/** The border between a resource value and the static type that it stands for. */
function typed<T extends ApiObject>(object: ApiObject): T {
  return object as T;
}
