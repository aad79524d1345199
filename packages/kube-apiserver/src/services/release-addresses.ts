import { type Service, services } from "@skates/api/core/v1";
import { type IPAddress, ipAddresses } from "@skates/api/networking/v1";
import { isStatus, keyOf, parseTime } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import { type Env, hasCode, isAbort, messageOf } from "@skates/component-base";
import { createEventRecorder, type EventRecorder } from "@skates/controller-runtime";
import { type Address, formatAddress, parseAddress } from "./cidr.ts";
import { belongsTo, type ClusterAddresses, MANAGED_BY, MANAGED_BY_LABEL } from "./cluster-addresses.ts";
import { nodePortsOf } from "./node-ports.ts";
import type { PortRangeRecord } from "./port-range-record.ts";
import { addressesOf } from "./service-claims.ts";

/** A claim without a service is one whose write is under way, for so long; then its service is gone. */
const UNDER_WAY_MS = 60_000;
/** Between looks at all addresses, for what no event told of. */
const REPAIR_MS = 180_000;
const RETRY_MS = 1_000;

export interface ReleaseOptions {
  readonly env: Env;
  readonly registry: Registry;
  readonly client: Client;
  readonly addresses: ClusterAddresses;
  /** Told of services that are gone. */
  readonly record: PortRangeRecord;
}

/**
 * Gives back the addresses of services that are gone, at once when one goes, and at times for all; claims again those whose IPAddress
 * somebody has deleted. Ends when the signal aborts.
 */
export async function releaseAddresses(options: ReleaseOptions, signal: AbortSignal): Promise<void> {
  const { client, env } = options;
  const recorder = createEventRecorder({ client, env, component: "ipallocator-repair-controller" });
  await Promise.all([follow(options, signal), repair({ ...options, recorder }, signal), recorder.run(signal)]);
}

interface RepairOptions extends ReleaseOptions {
  readonly recorder: EventRecorder;
}

async function follow({ env, client, registry, record }: ReleaseOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      // Only later deletions matter: what went before is found by the repair.
      const { resourceVersion } = await client.resource(services).list({ limit: 1 }, signal);
      for await (const event of client.resource(services).watch({ resourceVersion }, signal)) {
        if (event.type !== "DELETED") continue;
        if (nodePortsOf(event.object).length > 0) record.changed();
        await releaseOf({ client, registry }, event.object, signal);
      }
    } catch (error) {
      if (isAbort(error, signal)) return;
      env.log.warn("Watch of services for their addresses ended", { error: messageOf(error) });
      await pause(env, RETRY_MS, signal);
    }
  }
}

async function releaseOf(
  { client, registry }: Pick<ReleaseOptions, "client" | "registry">,
  service: Service,
  signal: AbortSignal,
): Promise<void> {
  for (const text of addressesOf(service)) {
    const address = parseAddress(text);
    if (address === undefined) continue;
    const held = await registry.get<IPAddress>(ipAddresses, { name: formatAddress(address) }, signal);
    if (held !== undefined && isOrphan(registry, held)) await remove(client, held, signal);
  }
}

async function repair(options: RepairOptions, signal: AbortSignal): Promise<void> {
  const { env, client, registry, recorder } = options;
  while (!signal.aborted) {
    try {
      await claimMissing(options, signal);
      for (const held of registry.cachedList<IPAddress>(ipAddresses)) {
        const created = parseTime(held.metadata.creationTimestamp ?? "");
        if (env.clock.nowMs() - created <= UNDER_WAY_MS || !isOrphan(registry, held)) continue;
        const { namespace = "", name } = held.spec.parentRef;
        const gone = registry.cached<Service>(services, { namespace, name }) === undefined;
        const [reason, why] = gone
          ? ["IPAddressNotAllocated", "appears to have leaked: cleaning up"]
          : ["IPAddressWrongReference", "has a wrong reference; cleaning up"];
        const message = `IPAddress: ${held.metadata.name} for Service ${namespace}/${name} ${why}`;
        recorder.event({ about: held, type: "Warning", reason, message });
        await remove(client, held, signal);
      }
    } catch (error) {
      if (isAbort(error, signal)) return;
      env.log.warn("Addresses of services could not be checked", { error: messageOf(error) });
    }
    await pause(env, REPAIR_MS, signal);
  }
}

/** An address that is not claimed could be given to another service as well. */
async function claimMissing(options: RepairOptions, signal: AbortSignal): Promise<void> {
  const { registry, recorder } = options;
  for (const service of registry.cachedList<Service>(services)) {
    if (service.metadata.deletionTimestamp !== undefined) continue;
    const tell = (reason: string, message: string): void =>
      recorder.event({ about: service, type: "Warning", reason, message });
    for (const text of addressesOf(service)) {
      const address = parseAddress(text);
      if (address !== undefined) await claimIfMissing(options, { service, address, tell }, signal);
    }
  }
}

interface Looked {
  readonly service: Service;
  readonly address: Address;
  tell(reason: string, message: string): void;
}

async function claimIfMissing(
  { env, client, registry, addresses }: RepairOptions,
  { service, address, tell }: Looked,
  signal: AbortSignal,
): Promise<void> {
  const name = formatAddress(address);
  const key = keyOf(service);
  const which = `[${address.family}]: ${name}`;
  const held = registry.cached<IPAddress>(ipAddresses, { name });
  if (held !== undefined && belongsTo(held, key)) return;
  if (held !== undefined && !isOrphan(registry, held)) {
    return tell(
      "ClusterIPAlreadyAllocated",
      `Cluster IP [${address.family}]:${name} was assigned to multiple services; please recreate service`,
    );
  }
  if (held !== undefined) await remove(client, held, signal);
  try {
    await addresses.claim(name, key, signal);
    const { namespace = "" } = key;
    const message =
      held === undefined
        ? `Cluster IP ${which} is not allocated; repairing`
        : `the ClusterIP ${which} for Service ${namespace}/${key.name} has a wrong reference; repairing`;
    tell("ClusterIPNotAllocated", message);
  } catch (error) {
    if (!hasCode(error, "AddressRefused")) throw error;
    tell(
      "ClusterIPOutOfRange",
      `Cluster IP ${which} is not within any configured Service CIDR; please recreate service`,
    );
    env.log.warn("Cluster IP of a service cannot be allocated", { ...key, address: name, error: messageOf(error) });
  }
}

/** Ours, and its service is not there or has other addresses. */
function isOrphan(registry: Registry, held: IPAddress): boolean {
  if (held.metadata.labels?.[MANAGED_BY_LABEL] !== MANAGED_BY) return false;
  const { resource, namespace = "", name } = held.spec.parentRef;
  if (resource !== "services") return false;
  const service = registry.cached<Service>(services, { namespace, name });
  return !addressesOf(service).some((text) => {
    const address = parseAddress(text);
    return address !== undefined && formatAddress(address) === held.metadata.name;
  });
}

async function remove(client: Client, { metadata: { name, uid } }: IPAddress, signal: AbortSignal): Promise<void> {
  try {
    await client.resource(ipAddresses).delete({ name }, { preconditions: { uid } }, signal);
  } catch (error) {
    if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
  }
}

async function pause(env: Env, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await env.clock.sleep(ms, signal);
  } catch (error) {
    if (!isAbort(error, signal)) throw error;
  }
}
