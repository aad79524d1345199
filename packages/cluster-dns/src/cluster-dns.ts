import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { type Service, services as serviceResource } from "@skates/api/core/v1";
import { isStatus } from "@skates/apimachinery";
import type { Client, ResourceClient } from "@skates/client";
import { type Component, type Env, isAbort, messageOf } from "@skates/component-base";
import type { ApiObject } from "@skates/apimachinery";
import type { Informer } from "@skates/controller-runtime";
import { type Forwarder, type Resolver, resolver } from "./resolver.ts";

export interface ClusterDnsOptions {
  readonly env: Env;
  /** Tells where this DNS answers; `announceInApi`, or what knows only of this node. Called again after a failure. */
  announce(announcement: DnsAnnouncement, signal: AbortSignal): Promise<void>;
  readonly services: Informer<Service>;
  /** Indexed under `service` by `namespace/name`. */
  readonly slices: Informer<EndpointSlice>;
  /** `cluster.local` */
  readonly domain: string;
  /** The Service's address: what pods have in their resolv.conf. */
  readonly serviceAddress: string;
  readonly nodeName: string;
  readonly nodeAddress: string;
  /** Opens the sockets; gives the port that was found. */
  listen(resolve: Resolver): Promise<{ readonly port: number; close(): Promise<void> }>;
  readonly forward?: Forwarder | undefined;
}

/** The Service under whose address pods ask, and the slice that leads to this node. */
export interface DnsAnnouncement {
  readonly service: Service;
  readonly slice: EndpointSlice;
}

/** As CoreDNS is set up by kubeadm. */
const TTL_SECONDS = 30;
const NAMESPACE = "kube-system";
/** The name that tools look for, whatever program answers. */
const NAME = "kube-dns";
const RETRY_MS = 1_000;

/** `announce` for the whole cluster: writes the Service and the slice. */
export function announceInApi(client: Client): ClusterDnsOptions["announce"] {
  return async ({ service, slice }, signal) => {
    await put(client.resource(serviceResource), service, signal);
    await put(client.resource(endpointSlices), slice, signal);
  };
}

/** Answers DNS on this node, and tells where. The informers are run by the caller. */
export function createClusterDns(options: ClusterDnsOptions): Component {
  const { env, services, slices } = options;
  let ready = false;

  return {
    name: "cluster-dns",
    ready: () => ready,
    async run(signal) {
      services.addIndex("address", (s) => s.spec.clusterIPs ?? []);
      slices.addIndex("address", (s) => (s.endpoints ?? []).flatMap((e) => e.addresses));
      const cluster = { domain: options.domain, services, slices, ttlSeconds: TTL_SECONDS };
      const listener = await options.listen(resolver({ cluster, forward: options.forward, clock: env.clock }));
      try {
        while (!ready) {
          try {
            await options.announce(announcement(options, listener.port), signal);
            await Promise.all([services.whenSynced(signal), slices.whenSynced(signal)]);
            ready = true;
          } catch (error) {
            if (isAbort(error, signal)) return;
            env.log.warn("the DNS service could not be announced", { error: messageOf(error) });
            await env.clock.sleep(RETRY_MS, signal);
          }
        }
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      } catch (error) {
        if (!isAbort(error, signal)) throw error;
      } finally {
        await listener.close();
      }
    },
  };
}

/** Brings the object that is there to what it should be, or creates it. (Creating first would claim the address a second time.) */
async function put<T extends ApiObject>(client: ResourceClient<T>, wanted: T, signal: AbortSignal): Promise<void> {
  const { name, namespace } = wanted.metadata;
  try {
    await client.patch({ name, namespace }, { type: "merge", body: wanted }, {}, signal);
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
    await client.create(wanted, {}, signal);
  }
}

function announcement(options: ClusterDnsOptions, port: number): DnsAnnouncement {
  const labels = { "k8s-app": NAME, "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" };
  const ports = [
    { name: "dns", port: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, protocol: "TCP" },
  ] as const;
  return {
    // Without a selector, so that no controller looks for pods: there are none.
    service: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: NAME, namespace: NAMESPACE, labels },
      spec: { type: "ClusterIP", clusterIP: options.serviceAddress, ports },
    },
    slice: {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: `${NAME}-${options.nodeName}`,
        namespace: NAMESPACE,
        labels: { "kubernetes.io/service-name": NAME, "endpointslice.kubernetes.io/managed-by": "cluster-dns.skates" },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [options.nodeAddress], conditions: { ready: true }, nodeName: options.nodeName }],
      ports: ports.map((p) => ({ name: p.name, protocol: p.protocol, port })),
    },
  };
}
