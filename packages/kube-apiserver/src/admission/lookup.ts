import { type Namespace, namespaces } from "@skates/api/core/v1";
import { notFound } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";

/** The namespace. Throws NotFound. */
export async function findNamespace(registry: Registry, name: string, signal: AbortSignal): Promise<Namespace> {
  const found = await registry.find<Namespace>(namespaces, { name }, signal);
  if (found === undefined) throw notFound(namespaces, name);
  return found;
}
