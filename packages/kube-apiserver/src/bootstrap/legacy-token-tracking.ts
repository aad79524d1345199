import { type ConfigMap, configMaps } from "@skates/api/core/v1";
import { formatTime, isStatus } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";

export interface TrackingOptions {
  readonly clock: Clock;
  readonly registry: Registry;
  /** Under the API server's own identity. */
  readonly client: Client;
}

/** Since when the use of tokens in secrets is noted on them: whoever cleans up must not take "not noted" for "not used" before. */
const KEY = { namespace: "kube-system", name: "kube-apiserver-legacy-service-account-token-tracking" };

/** Writes down today, unless an earlier start has written its day. May be called at each start. */
export async function noteTokenTracking(
  { clock, registry, client }: TrackingOptions,
  signal: AbortSignal,
): Promise<void> {
  const maps = client.resource<ConfigMap>(configMaps);
  const found = await registry.get<ConfigMap>(configMaps, KEY, signal);
  if (!Number.isNaN(Date.parse(found?.data?.["since"] ?? ""))) return;
  const data = { since: formatTime(clock.nowMs()).slice(0, 10) };
  try {
    if (found !== undefined) await maps.update({ ...found, data }, {}, signal);
    else await maps.create({ apiVersion: "v1", kind: "ConfigMap", metadata: KEY, data }, {}, signal);
  } catch (error) {
    // Another API server of the cluster was faster.
    if (!isStatus(error, "AlreadyExists") && !isStatus(error, "Conflict")) throw error;
  }
}
