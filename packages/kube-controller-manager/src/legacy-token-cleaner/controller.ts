import type { ObjectKey } from "@skates/apimachinery";
import { configMaps, type Pod, podReferences, pods, secrets, serviceAccounts } from "@skates/api/core/v1";
import { type Controller, watch } from "@skates/controller-runtime";
import { type LegacyTokenView, planLegacyTokens, TRACKING } from "./plan.ts";

/** The one key. */
const ALL: ObjectKey = { name: "all" };
/** A year, as upstream. */
const UNUSED_MS = 365 * 86_400_000;

/** Ends tokens in secrets that nobody has used for long. */
export function legacyTokenCleaner(unusedMs: number = UNUSED_MS): Controller<LegacyTokenView> {
  return {
    name: "legacy-service-account-token-cleaner",
    watches: [
      watch({
        resource: configMaps,
        keys: ({ metadata: { namespace, name } }, old) =>
          old === undefined && namespace === TRACKING.namespace && name === TRACKING.name ? [ALL] : [],
      }),
      watch({ resource: secrets, keys: () => [] }),
      watch({ resource: serviceAccounts, keys: () => [] }),
      watch({ resource: pods, keys: () => [], indexes: { secret: bySecret } }),
    ],
    view: (listers) => ({
      secrets: listers.for(secrets),
      serviceAccounts: listers.for(serviceAccounts),
      pods: listers.for(pods),
      configMaps: listers.for(configMaps),
    }),
    plan: (view, _key, nowMs) => planLegacyTokens(view, nowMs, unusedMs),
  };
}

/** Secrets that a pod mentions, however it does. */
export function bySecret(pod: Pod): readonly string[] {
  return [...podReferences(pod).secrets].map((name) => `${pod.metadata.namespace ?? ""}/${name}`);
}
