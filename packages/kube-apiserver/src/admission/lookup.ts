import { type Namespace, namespaces } from "@skates/api/core/v1";
import { type ApiObject, notFound, type ObjectKey, type Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";

/** An object from the cache; what the cache does not have yet is looked for in the store. */
export async function findObject<T extends ApiObject>(
  registry: Registry,
  { resource, key }: { readonly resource: Resource<T>; readonly key: ObjectKey },
  signal: AbortSignal,
): Promise<T | undefined> {
  return registry.cached<T>(resource, key) ?? (await registry.get<T>(resource, key, signal));
}

/** The namespace. Throws NotFound. */
export async function findNamespace(registry: Registry, name: string, signal: AbortSignal): Promise<Namespace> {
  const found = await findObject<Namespace>(registry, { resource: namespaces, key: { name } }, signal);
  if (found === undefined) throw notFound(namespaces, name);
  return found;
}
