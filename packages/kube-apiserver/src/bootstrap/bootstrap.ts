import { endpoints, serviceAccounts, services } from "@skates/api/core/v1";
import { endpointSlices } from "@skates/api/discovery/v1";
import { type ServiceCIDR, serviceCIDRs } from "@skates/api/networking/v1";
import { defaultStorageClass, type StorageClass, storageClasses } from "@skates/api/storage/v1";
import { type ApiObject, formatTime, isStatus, keyOf, type Resource } from "@skates/apimachinery";
import type { Registry } from "@skates/apiserver";
import type { Client } from "@skates/client";
import type { Clock } from "@skates/component-base";
import { hasAllOf } from "./has-all-of.ts";
import {
  type ApiEndpoint,
  defaultServiceCidr,
  kubernetesEndpoints,
  kubernetesEndpointSlice,
  kubernetesService,
  localPathClass,
  nodeProxyAccount,
  type SystemObject,
  systemNamespaces,
  systemPriorityClasses,
} from "./system-objects.ts";

export interface BootstrapOptions {
  readonly registry: Registry;
  /** Under the API server's own identity. */
  readonly client: Client;
  readonly clock: Clock;
  readonly serviceCidrs: readonly string[];
  readonly endpoint: ApiEndpoint;
}

/** Makes what a cluster has from its first moment. May be called at each start: what is there stays, but for the server's own address. */
export async function bootstrap(options: BootstrapOptions, signal: AbortSignal): Promise<void> {
  const { serviceCidrs: cidrs, endpoint } = options;
  await Promise.all(systemNamespaces().map((item) => ensure(options, item, signal)));
  await Promise.all([
    ...systemPriorityClasses().map((item) => ensure(options, item, signal)),
    ensureStorageClass(options, signal),
    ...(serves(options.registry, serviceAccounts) ? [ensure(options, nodeProxyAccount(), signal)] : []),
    ensure(options, defaultServiceCidr(cidrs), signal).then(() => markReady(options, signal)),
  ]);
  await ensure(options, kubernetesService(cidrs, endpoint), signal);
  await Promise.all([
    publish(options, { resource: endpoints, object: kubernetesEndpoints(endpoint) }, signal),
    publish(options, { resource: endpointSlices, object: kubernetesEndpointSlice(endpoint) }, signal),
    moveTargetPort(options, signal),
  ]);
}

async function ensure<T extends ApiObject>(
  { registry, client }: BootstrapOptions,
  { resource, object }: SystemObject<T>,
  signal: AbortSignal,
): Promise<void> {
  if ((await registry.get(resource, keyOf(object), signal)) !== undefined) return;
  try {
    await client.resource(resource).create(object, {}, signal);
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
  }
}

/** Made again where it was deleted, but never put before a default that somebody has chosen. */
async function ensureStorageClass(options: BootstrapOptions, signal: AbortSignal): Promise<void> {
  const { registry, client } = options;
  if (!serves(registry, storageClasses)) return;
  const { items } = await client.resource<StorageClass>(storageClasses).list({}, signal);
  await ensure(options, localPathClass(defaultStorageClass(items) === undefined), signal);
}

/** Brings an object that tells where this server is to the present. */
async function publish<T extends ApiObject>(
  options: BootstrapOptions,
  { resource, object }: SystemObject<T>,
  signal: AbortSignal,
): Promise<void> {
  const { registry, client } = options;
  if (!serves(registry, resource)) return;
  const old = await registry.get(resource, keyOf(object), signal);
  if (old === undefined) return await ensure(options, { resource, object }, signal);
  const { apiVersion: _version, kind: _kind, metadata, ...content } = object;
  // Most starts change nothing, and what is not written cannot be refused.
  if (hasAllOf(old, { metadata: { labels: metadata.labels }, ...content })) return;
  await client
    .resource(resource)
    .patch(keyOf(object), { type: "merge", body: { metadata: { labels: metadata.labels }, ...content } }, {}, signal);
}

function serves(registry: Registry, { group, plural }: Pick<Resource, "group" | "plural">): boolean {
  return registry.resources().some((known) => known.group === group && known.plural === plural);
}

async function moveTargetPort({ registry, client, endpoint }: BootstrapOptions, signal: AbortSignal): Promise<void> {
  const key = { namespace: "default", name: "kubernetes" };
  const service = await registry.get(services, key, signal);
  const port = service?.spec.ports?.find(({ name }) => name === "https");
  if (service === undefined || port === undefined || port.targetPort === endpoint.port) return;
  const ports = (service.spec.ports ?? []).map((each) =>
    each === port ? { ...each, targetPort: endpoint.port } : each,
  );
  await client.resource(services).patch(key, { type: "merge", body: { spec: { ports } } }, {}, signal);
}

/** So often somebody else may change the range in between: its controller writes to it a few times at the start. */
const TRIES = 5;

/** The cluster's own range is ready as soon as it is there, whether or not its controller, which checks ranges, runs. */
async function markReady({ client, clock, registry }: BootstrapOptions, signal: AbortSignal): Promise<void> {
  const name = "kubernetes";
  for (let tried = 1; ; tried++) {
    const cidr = await registry.get<ServiceCIDR>(serviceCIDRs, { name }, signal);
    if (cidr === undefined || (cidr.status?.conditions ?? []).some(({ type }) => type === "Ready")) return;
    const ready = {
      type: "Ready",
      status: "True",
      reason: "",
      message: "Kubernetes default Service CIDR is ready",
      lastTransitionTime: formatTime(clock.nowMs()),
    } as const;
    try {
      await client.resource(serviceCIDRs).updateStatus({ ...cidr, status: { conditions: [ready] } }, {}, signal);
      return;
    } catch (error) {
      if (!isStatus(error, "Conflict") || tried >= TRIES) throw error;
    }
  }
}
