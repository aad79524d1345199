import { type ApiObject, compareResourceVersions, labelSelector, StatusError } from "@skates/apimachinery";
import type { Client } from "@skates/client";
import type { ActionFailure } from "./controller.ts";
import type { Written } from "./execute.ts";
import { controllerOf } from "./owners.ts";

/**
 * What creations that got no clear answer may have made all the same: the newest object of the same manager, as the server has it now.
 * Only such whose names the server makes: another with a name of its own would be refused. Nothing where the server does not say: then
 * the next plan goes by what the cache has.
 */
export async function unansweredCreations(
  failures: readonly ActionFailure[],
  client: Client,
  signal: AbortSignal,
): Promise<readonly Written[]> {
  const out = new Map<string, Written>();
  for (const { action, error } of failures) {
    if (action.do !== "create" || action.object.metadata.generateName === undefined || answered(error)) continue;
    const { namespace, labels = {} } = action.object.metadata;
    const owner = controllerOf(action.object)?.uid;
    const id = `${action.resource.group}/${action.resource.plural}/${namespace}/${owner}`;
    // One look for all creations of a plan: they are alike.
    if (owner === undefined || out.has(id)) continue;
    const selector = labelSelector({ matchLabels: labels }).toString();
    try {
      const found = await client
        .resource<ApiObject>(action.resource)
        .list({ namespace, labelSelector: selector }, signal);
      const own = found.items.filter((object) => controllerOf(object)?.uid === owner);
      out.set(id, { resource: action.resource, resourceVersion: newest(own) });
    } catch {
      signal.throwIfAborted(); // else the failure of the creation is told, and tells enough
    }
  }
  return [...out.values()];
}

/** True if the server has said that it did not do it. */
function answered(error: Error): boolean {
  return error instanceof StatusError && error.code < 500;
}

function newest(objects: readonly ApiObject[]): string {
  return objects.reduce((last, { metadata: { resourceVersion = "" } }) => {
    return last === "" || compareResourceVersions(resourceVersion, last) > 0 ? resourceVersion : last;
  }, "");
}
