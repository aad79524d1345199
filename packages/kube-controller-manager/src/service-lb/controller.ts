import { type Node, nodes, type Service, services } from "@skates/api/core/v1";
import { type EndpointSlice, endpointSlices } from "@skates/api/discovery/v1";
import { type Controller, hasFinalizer, type Lister, watch } from "@skates/controller-runtime";
import { SERVICE_NAME } from "../endpoint-slice/labels.ts";
import { readyCondition } from "../node-lifecycle/taints.ts";
import { FINALIZER, planLoadBalancers } from "./plan.ts";

export interface ServiceLbView {
  readonly services: Lister<Service>;
  readonly nodes: Lister<Node>;
  readonly slices: Lister<EndpointSlice>;
}

export interface ServiceLbOptions {
  /** Ports of nodes that are never given away: what the cluster itself listens on. */
  readonly reservedPorts: readonly number[];
  /** Ports of services of type NodePort, both ends included: they are those services'. */
  readonly nodePorts: { readonly from: number; readonly to: number };
}

/** Ports are given once: all services have one key. */
const ALL = { name: "load-balancers" };

/**
 * Load balancers where nobody sells any: a service of type LoadBalancer is reached at its ports on the addresses of the nodes, whose
 * proxies spread its connections. Services that name a class are other controllers' business.
 */
export function serviceLbController(options: ServiceLbOptions): Controller<ServiceLbView> {
  return {
    name: "service-lb-controller",
    watches: [
      watch({
        resource: services,
        keys: (service, old) => (isBalanced(service) || (old !== undefined && isBalanced(old)) ? [ALL] : []),
      }),
      watch({ resource: nodes, keys: (node, old) => (old !== undefined && shown(node) === shown(old) ? [] : [ALL]) }),
      watch({
        resource: endpointSlices,
        // Where their pods are counts for services that keep traffic on its node.
        keys: ({ metadata }, _old, listers) => {
          const key = { namespace: metadata.namespace, name: metadata.labels?.[SERVICE_NAME] ?? "" };
          const service = listers.for(services).get(key);
          return service?.spec.externalTrafficPolicy === "Local" && isBalanced(service) ? [ALL] : [];
        },
      }),
    ],
    view: (listers) => ({
      services: listers.for(services),
      nodes: listers.for(nodes),
      slices: listers.for(endpointSlices),
    }),
    plan: (view) => planLoadBalancers(view, options),
  };
}

function isBalanced(service: Service): boolean {
  return service.spec.type === "LoadBalancer" || hasFinalizer(service, FINALIZER);
}

/** What of a node counts, as text. */
function shown(node: Node): string {
  const { metadata, spec, status } = node;
  const ready = readyCondition(node)?.status;
  return JSON.stringify([metadata.labels, metadata.deletionTimestamp, spec?.taints, status?.addresses, ready]);
}
