import { type ApiObject, isStatus, type Resource } from "@skates/apimachinery";
import type { Pod } from "@skates/api/core/v1";
import type { Client } from "@skates/client";

/** What is left in a namespace after all of it was told to go. */
export interface Remains {
  /** `pods.` or `deployments.apps` to the number of objects. */
  readonly counts: ReadonlyMap<string, number>;
  /** Finalizer to the number of objects that wait for it. */
  readonly finalizers: ReadonlyMap<string, number>;
  readonly errors: readonly string[];
  /** `metrics.k8s.io/v1beta1`: parts of the API of which nobody can tell what they hold. */
  readonly silent: readonly string[];
  /** How long the pods among them may take to end. */
  readonly graceSeconds: number;
}

/** Namespaced resources whose objects can be deleted, each stored kind once. */
export function deletableResources(resources: readonly Resource[]): readonly Resource[] {
  const seen = new Set<string>();
  return resources.filter((resource) => {
    const { namespaced, storagePrefix, verbs } = resource;
    if (!namespaced || storagePrefix === undefined || !verbs.includes("list") || !verbs.includes("delete"))
      return false;
    if (seen.has(storagePrefix)) return false;
    seen.add(storagePrefix);
    return true;
  });
}

/**
 * Deletes all objects of a namespace and reports what is still there. Pods go first, and until they are gone nothing else does: what
 * runs may need its accounts, configuration and network policies to the end.
 */
export async function deleteContent(
  client: Client,
  { namespace, resources }: { readonly namespace: string; readonly resources: readonly Resource[] },
  signal: AbortSignal,
): Promise<Omit<Remains, "silent">> {
  const counts = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const errors: string[] = [];
  let graceSeconds = 0;
  let podsFailed = false;
  for (const resource of [...resources.filter(isPods), ...resources.filter((one) => !isPods(one))]) {
    if (!isPods(resource) && (counts.has(PODS) || podsFailed)) break;
    try {
      const left = await deleteAll(client, { namespace, resource }, signal);
      if (left.length > 0) counts.set(`${resource.plural}.${resource.group}`, left.length);
      for (const object of left) {
        for (const name of object.metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
        graceSeconds = Math.max(graceSeconds, graceOf(object));
      }
    } catch (error) {
      signal.throwIfAborted();
      podsFailed ||= isPods(resource);
      errors.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { counts, finalizers, errors, graceSeconds };
}

const PODS = "pods.";

function isPods({ group, plural }: Resource): boolean {
  return group === "" && plural === "pods";
}

async function deleteAll(
  client: Client,
  { namespace, resource }: { readonly namespace: string; readonly resource: Resource },
  signal: AbortSignal,
): Promise<readonly ApiObject[]> {
  const typed = client.resource<ApiObject>(resource);
  try {
    const before = await typed.list({ namespace, limit: 1 }, signal);
    if (before.items.length === 0) return [];
    if (resource.verbs.includes("deletecollection")) {
      await typed.deleteCollection({ namespace, propagationPolicy: "Background" }, signal);
    }
    const { items } = await typed.list({ namespace }, signal);
    if (resource.verbs.includes("deletecollection")) return items;
    for (const { metadata } of items) {
      const key = { namespace, name: metadata.name };
      await typed.delete(key, { propagationPolicy: "Background", preconditions: { uid: metadata.uid } }, signal);
    }
    return (await typed.list({ namespace }, signal)).items;
  } catch (error) {
    if (isStatus(error, "NotFound")) return []; // the server does not serve this kind
    throw error;
  }
}

/** Only pods take their time; the schema of the kind says that it is one. */
function graceOf(object: ApiObject): number {
  return isPod(object) ? (object.spec.terminationGracePeriodSeconds ?? 30) : 0;
}

function isPod(object: ApiObject): object is Pod {
  return object.kind === "Pod" && object.apiVersion === "v1";
}
