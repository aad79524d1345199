import {
  type Endpoints,
  type Namespace,
  namespaces,
  type Service,
  type ServiceAccount,
  serviceAccounts,
  services,
} from "@skates/api/core/v1";
import { type EndpointSlice } from "@skates/api/discovery/v1";
import { type ServiceCIDR, serviceCIDRs } from "@skates/api/networking/v1";
import { type PriorityClass, priorityClasses } from "@skates/api/scheduling/v1";
import { DEFAULT_STORAGE_CLASS, LOCAL_PATH, type StorageClass, storageClasses } from "@skates/api/storage/v1";
import type { ApiObject, Resource } from "@skates/apimachinery";
import { NODE_PROXY_ACCOUNT } from "../authentication/users.ts";
import { formatAddress, parseAddress, parseCidr, usableAddress } from "../services/cidr.ts";

const SYSTEM_NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"] as const;

/** An object that has to exist, and the resource it is of. It is made if absent; what is there is left alone. */
export interface SystemObject<T extends ApiObject = ApiObject> {
  readonly resource: Resource<T>;
  readonly object: T;
}

/** The namespaces of the system. */
export function systemNamespaces(): readonly SystemObject<Namespace>[] {
  return SYSTEM_NAMESPACES.map((name) => ({
    resource: namespaces,
    object: { apiVersion: "v1", kind: "Namespace", metadata: { name }, spec: {} },
  }));
}

/** Pods of the system displace all others. */
export function systemPriorityClasses(): readonly SystemObject<PriorityClass>[] {
  const make = (name: string, value: number, description: string): SystemObject<PriorityClass> => ({
    resource: priorityClasses,
    object: { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name }, value, description },
  });
  return [
    make(
      "system-node-critical",
      2_000_001_000,
      "Used for system critical pods that must not be moved from their current node.",
    ),
    make(
      "system-cluster-critical",
      2_000_000_000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
  ];
}

/** As whom kube-proxy works on nodes that joined. */
export function nodeProxyAccount(): SystemObject<ServiceAccount> {
  return {
    resource: serviceAccounts,
    object: { apiVersion: "v1", kind: "ServiceAccount", metadata: NODE_PROXY_ACCOUNT },
  };
}

/** The ranges from which services get their addresses. */
export function defaultServiceCidr(cidrs: readonly string[]): SystemObject<ServiceCIDR> {
  const object: ServiceCIDR = {
    apiVersion: "networking.k8s.io/v1",
    kind: "ServiceCIDR",
    metadata: { name: "kubernetes" },
    spec: { cidrs },
  };
  return { resource: serviceCIDRs, object };
}

/** The class of claims that name none: directories of the nodes. `isDefault`: no other class is the default one already. */
export function localPathClass(isDefault: boolean): SystemObject<StorageClass> {
  const [annotation] = DEFAULT_STORAGE_CLASS;
  const object: StorageClass = {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: LOCAL_PATH.className, annotations: { [annotation]: String(isDefault) } },
    provisioner: LOCAL_PATH.provisioner,
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
  };
  return { resource: storageClasses, object };
}

/** Where this server is reached. */
export interface ApiEndpoint {
  /** The address that pods and nodes use; not loopback. */
  readonly address: string;
  readonly port: number;
}

/** The first address of the first range: the API server's own. Throws when the range is malformed. */
export function apiServiceAddress(cidrs: readonly string[]): string {
  const [text = ""] = cidrs;
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new TypeError(`${JSON.stringify(text)} is no range of addresses, such as 10.96.0.0/16`);
  return formatAddress(usableAddress(cidr, 0n));
}

const NAME = "kubernetes";
const NAMESPACE = "default";

/** The Service under which pods reach the API. */
export function kubernetesService(cidrs: readonly string[], { port }: ApiEndpoint): SystemObject<Service> {
  const address = apiServiceAddress(cidrs);
  const object: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: NAME, namespace: NAMESPACE, labels: { component: "apiserver", provider: "kubernetes" } },
    spec: {
      type: "ClusterIP",
      clusterIP: address,
      clusterIPs: [address],
      sessionAffinity: "None",
      ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: port }],
    },
  };
  return { resource: services, object };
}

/** Its endpoints, in the old form. */
export function kubernetesEndpoints({ address, port }: ApiEndpoint): Endpoints {
  return {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: NAME, namespace: NAMESPACE, labels: { "endpointslice.kubernetes.io/skip-mirror": "true" } },
    subsets: [{ addresses: [{ ip: address }], ports: [{ name: "https", port, protocol: "TCP" }] }],
  };
}

/** Its endpoints, in the new form. */
export function kubernetesEndpointSlice({ address, port }: ApiEndpoint): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: NAME, namespace: NAMESPACE, labels: { "kubernetes.io/service-name": NAME } },
    addressType: parseAddress(address)?.family ?? "IPv4",
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: "https", port, protocol: "TCP" }],
  };
}
