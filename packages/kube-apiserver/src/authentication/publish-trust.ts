import { type ConfigMap, configMaps } from "@skates/api/core/v1";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Env, messageOf } from "@skates/component-base";
import type { IdentityTrust } from "./authenticator.ts";

export interface PublishTrustOptions {
  readonly env: Env;
  readonly registry: Registry;
  /** Under the API server's own identity. */
  readonly client: Client;
  trust(): IdentityTrust;
}

/** Where aggregated servers look up whom to trust. */
const TRUST_KEY = { namespace: "kube-system", name: "extension-apiserver-authentication" } as const;
const LOOK_EVERY_MS = 10_000;

/**
 * Keeps ConfigMap `kube-system/extension-apiserver-authentication` as the trust is, and repairs it when somebody else has written it.
 * What it says replaces what was there: a CA that was taken out is no longer vouched for.
 */
export async function publishTrust(options: PublishTrustOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options.env;
  for (;;) {
    try {
      await publish(options, signal);
    } catch (error) {
      signal.throwIfAborted();
      log.warn("Cannot publish whom aggregated servers trust", { error: messageOf(error) });
    }
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}

async function publish({ registry, client, trust }: PublishTrustOptions, signal: AbortSignal): Promise<void> {
  const data = trustData(trust());
  if (Object.keys(data).length === 0) return;
  const found = await registry.find<ConfigMap>(configMaps, TRUST_KEY, signal);
  const maps = client.resource<ConfigMap>(configMaps);
  if (found === undefined) {
    await maps.create({ apiVersion: "v1", kind: "ConfigMap", metadata: TRUST_KEY, data }, {}, signal);
  } else if (!sameData(found.data ?? {}, data)) {
    await maps.update({ ...found, data }, {}, signal);
  }
}

/** In upstream's keys. */
function trustData({ clientCa, requestHeader }: IdentityTrust): Readonly<Record<string, string>> {
  return {
    ...(clientCa === undefined ? {} : { "client-ca-file": clientCa }),
    ...(requestHeader === undefined
      ? {}
      : {
          "requestheader-allowed-names": JSON.stringify(requestHeader.allowedNames),
          "requestheader-client-ca-file": requestHeader.clientCa,
          "requestheader-extra-headers-prefix": JSON.stringify(requestHeader.extraHeaderPrefixes),
          "requestheader-group-headers": JSON.stringify(requestHeader.groupHeaders),
          "requestheader-uid-headers": JSON.stringify(requestHeader.uidHeaders),
          "requestheader-username-headers": JSON.stringify(requestHeader.usernameHeaders),
        }),
  };
}

function sameData(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
