import { isNodeReady, type Node, type Service, services } from "@skates/api/core/v1";
import { equalValues } from "@skates/apimachinery";
import {
  type Action,
  type Announcement,
  hasFinalizer,
  type Plan,
  statusUpdate,
  withFinalizer,
  withoutFinalizer,
} from "@skates/controller-runtime";
import { SERVICE_NAME } from "../endpoint-slice/labels.ts";
import type { ServiceLbOptions, ServiceLbView } from "./controller.ts";

/** Upstream's, on services that have addresses: it keeps one that is deleted or changes its type until these have been given back. */
export const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";
const EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";
const GOING = "ToBeDeletedByClusterAutoscaler";

/** Who has a port of the nodes, and the addresses that each service is reached at. The oldest service that asks for a port has it. */
export function planLoadBalancers(view: ServiceLbView, options: ServiceLbOptions): Plan {
  const all = [...view.services.list()].sort(byAge);
  const owners = new Map<string, Service>();
  const usable = view.nodes.list().filter(isUsable);
  const actions = all.flatMap((service): readonly Action[] => {
    if (service.metadata.deletionTimestamp !== undefined || service.spec.type !== "LoadBalancer")
      return released(service);
    if (service.spec.loadBalancerClass !== undefined) return [];
    const problem = claim(service, owners, options);
    if (problem !== undefined) {
      const message = `Error syncing load balancer: failed to ensure load balancer: ${problem}`;
      const told = { do: "event", about: service, type: "Warning", reason: "SyncLoadBalancerFailed", message } as const;
      return [...released(service), told];
    }
    const reached = service.spec.externalTrafficPolicy === "Local" ? nodesOf(service, usable, view) : usable;
    const ingress = reached.flatMap(addressOf).map((ip) => ({ ip, ipMode: "VIP" as const }));
    return written(service, ingress);
  });
  return actions.length === 0 ? { stages: [] } : { stages: [actions] };
}

/** Why a service cannot have its ports; if it can, they are its own now. */
function claim(
  service: Service,
  owners: Map<string, Service>,
  { reservedPorts, nodePorts }: ServiceLbOptions,
): string | undefined {
  const ports = (service.spec.ports ?? []).map(({ port, protocol = "TCP" }) => ({ port, id: `${port}/${protocol}` }));
  for (const { port, id } of ports) {
    if (reservedPorts.includes(port)) return `port ${id} is the cluster's own on its nodes`;
    if (port >= nodePorts.from && port <= nodePorts.to) return `port ${id} is among those of services of type NodePort`;
    const owner = owners.get(id);
    if (owner !== undefined) {
      return `port ${id} of the nodes belongs to service ${owner.metadata.namespace}/${owner.metadata.name}`;
    }
  }
  for (const { id } of ports) owners.set(id, service);
  return undefined;
}

/** With the status, as upstream does it: one write, and no right to write services themselves. */
function released(service: Service): readonly Action[] {
  if (!hasFinalizer(service, FINALIZER)) return [];
  const next = { ...withoutFinalizer(service, FINALIZER), status: { ...service.status, loadBalancer: {} } };
  return [
    told(service, "DeletingLoadBalancer", "Deleting load balancer"),
    statusUpdate(services, next, announcement(service, "DeletedLoadBalancer", "Deleted load balancer")),
  ];
}

type Ingress = NonNullable<NonNullable<NonNullable<Service["status"]>["loadBalancer"]>["ingress"]>;

function written(service: Service, ingress: Ingress): readonly Action[] {
  const before = service.status?.loadBalancer?.ingress ?? [];
  const held = withFinalizer(service, FINALIZER);
  if (equalValues(before, ingress) && (ingress.length === 0 || held === service)) return [];
  const write = (announce: Announcement): Action =>
    statusUpdate(services, { ...held, status: { ...service.status, loadBalancer: { ingress } } }, announce);
  if (ingress.length === 0) {
    const message = "There are no available nodes for LoadBalancer";
    return [write({ ...announcement(service, "UnAvailableLoadBalancer", message), type: "Warning" })];
  }
  if (before.length > 0) {
    return [write(announcement(service, "UpdatedLoadBalancer", "Updated load balancer with new hosts"))];
  }
  return [
    told(service, "EnsuringLoadBalancer", "Ensuring load balancer"),
    write(announcement(service, "EnsuredLoadBalancer", "Ensured load balancer")),
  ];
}

function told(about: Service, reason: string, message: string): Action {
  return { do: "event", ...announcement(about, reason, message) };
}

function announcement(about: Service, reason: string, message: string): Announcement {
  return { about, type: "Normal", reason, message };
}

/** As upstream: ready, not excluded by its label, and not about to be taken away. */
function isUsable(node: Node): boolean {
  const { metadata, spec } = node;
  return (
    metadata.deletionTimestamp === undefined &&
    metadata.labels?.[EXCLUDED] === undefined &&
    !(spec?.taints ?? []).some(({ key }) => key === GOING) &&
    isNodeReady(node)
  );
}

function addressOf({ status }: Node): readonly string[] {
  const addresses = status?.addresses ?? [];
  const found =
    addresses.find(({ type }) => type === "ExternalIP") ?? addresses.find(({ type }) => type === "InternalIP");
  return found === undefined ? [] : [found.address];
}

/** Nodes with a ready pod of the service. */
function nodesOf({ metadata }: Service, usable: readonly Node[], { slices }: ServiceLbView): readonly Node[] {
  const own = slices.matching(metadata.namespace, (labels) => labels?.[SERVICE_NAME] === metadata.name);
  const names = new Set(
    own.flatMap(({ endpoints }) =>
      (endpoints ?? []).flatMap(({ conditions, nodeName }) =>
        conditions?.ready === false || nodeName === undefined ? [] : [nodeName],
      ),
    ),
  );
  return usable.filter((node) => names.has(node.metadata.name));
}

function byAge(a: Service, b: Service): number {
  const of = ({ metadata }: Service): string =>
    `${metadata.creationTimestamp ?? ""} ${metadata.namespace ?? ""}/${metadata.name}`;
  return of(a) < of(b) ? -1 : 1;
}
