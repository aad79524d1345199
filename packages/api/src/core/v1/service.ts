import {
  type Infer,
  bool,
  int32,
  intOrString,
  list,
  map,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  Condition,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { LoadBalancerStatus } from "./load-balancer.ts";
import { serviceDefaults, serviceSpecDefaults } from "./service-defaults.ts";
import { serviceFields, serviceStrategy } from "./service-strategy.ts";
import { serviceColumns } from "./service-table.ts";

export const Service = struct(
  "core/v1.Service",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ServiceSpec>(() => ServiceSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ServiceStatus>(() => ServiceStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: serviceDefaults, doc: "A name and address for a set of pods." }),
);
export interface Service extends Infer<typeof Service> {}

export const ServiceStatus = struct(
  "core/v1.ServiceStatus",
  {
    loadBalancer: opt(
      1,
      ref<LoadBalancerStatus>(() => LoadBalancerStatus),
      "Where its load balancer is reached.",
      { emitEmpty: true },
    ),
    conditions: opt(
      2,
      list(
        ref<Condition>(() => Condition),
        { keys: ["type"] },
      ),
      "Findings on the current state, one per type.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a service." },
);
export interface ServiceStatus extends Infer<typeof ServiceStatus> {}

export const ServiceSpec = struct(
  "core/v1.ServiceSpec",
  {
    ports: opt(
      1,
      list(
        ref<ServicePort>(() => ServicePort),
        { keys: ["port", "protocol"] },
      ),
      "Ports of the service.",
      { patch: "merge", patchKey: "port" },
    ),
    selector: opt(2, map(string, "atomic"), "Labels of its pods; without it somebody else keeps the endpoints."),
    clusterIP: opt(3, string, "Its address in the cluster, or None for a headless service."),
    clusterIPs: opt(18, list(string), "Its addresses in the cluster, at most one per family; the first is clusterIP."),
    type: opt(
      4,
      oneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"),
      "ClusterIP, NodePort, LoadBalancer or ExternalName.",
      { default: "ClusterIP" },
    ),
    externalIPs: opt(5, list(string), "Further addresses, led to the nodes by somebody else."),
    sessionAffinity: opt(7, oneOf("ClientIP", "None"), "ClientIP sends a client to the same pod again.", {
      default: "None",
    }),
    loadBalancerIP: opt(8, string, "Wish for the load balancer's address; deprecated."),
    loadBalancerSourceRanges: opt(9, list(string), "Clients that may use the load balancer, where it can tell."),
    externalName: opt(10, string, "Name that the service is an alias of."),
    externalTrafficPolicy: opt(
      11,
      oneOf("Cluster", "Local"),
      "Whether traffic from outside stays on the node it arrives at.",
    ),
    healthCheckNodePort: opt(12, int32, "Port on which nodes say whether they have endpoints."),
    publishNotReadyAddresses: opt(13, bool, "Includes pods that are not ready."),
    sessionAffinityConfig: opt(
      14,
      ref<SessionAffinityConfig>(() => SessionAffinityConfig),
      "Settings of the session affinity.",
    ),
    ipFamilies: opt(19, list(oneOf("", "IPv4", "IPv6")), "Families of its addresses, in order."),
    ipFamilyPolicy: opt(
      17,
      oneOf("PreferDualStack", "RequireDualStack", "SingleStack"),
      "SingleStack, PreferDualStack or RequireDualStack.",
      { keepZero: true },
    ),
    allocateLoadBalancerNodePorts: opt(20, bool, "Whether its load balancer needs node ports.", { keepZero: true }),
    loadBalancerClass: opt(21, string, "Which load balancer serves it; the cluster's own by default.", {
      keepZero: true,
    }),
    internalTrafficPolicy: opt(22, oneOf("Cluster", "Local"), "Whether traffic from inside stays on its node.", {
      keepZero: true,
    }),
    trafficDistribution: opt(23, string, "Preference among endpoints: PreferSameZone, PreferSameNode or PreferClose.", {
      keepZero: true,
    }),
  },
  (): AnyStructOptions => ({ defaults: serviceSpecDefaults, doc: "Which pods, and how they are reached." }),
);
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}

export const SessionAffinityConfig = struct(
  "core/v1.SessionAffinityConfig",
  {
    clientIP: opt(
      1,
      ref<ClientIPConfig>(() => ClientIPConfig),
      "Settings of affinity by the client's address.",
    ),
  },
  { doc: "Settings of the session affinity." },
);
export interface SessionAffinityConfig extends Infer<typeof SessionAffinityConfig> {}

export const ClientIPConfig = struct(
  "core/v1.ClientIPConfig",
  {
    timeoutSeconds: opt(1, int32, "How long a client is remembered.", { keepZero: true }),
  },
  { doc: "Settings of affinity by the client's address." },
);
export interface ClientIPConfig extends Infer<typeof ClientIPConfig> {}

export const ServicePort = struct(
  "core/v1.ServicePort",
  {
    name: opt(1, string, "Its name; needed when there are several."),
    protocol: opt(2, oneOf("SCTP", "TCP", "UDP"), "UDP, TCP or SCTP.", { default: "TCP" }),
    appProtocol: opt(6, string, "What is spoken over it, for those who care.", { keepZero: true }),
    port: req(3, int32, "Number of the port."),
    targetPort: opt(4, intOrString, "Port of the pods, by number or name; the same number by default.", {
      emitEmpty: true,
    }),
    nodePort: opt(5, int32, "Port on every node."),
  },
  { doc: "A port of a service." },
);
export interface ServicePort extends Infer<typeof ServicePort> {}

export const services = resource<Service>({
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  shortNames: ["svc"],
  categories: ["all"],
  schema: Service,
  subresources: [
    {
      name: "proxy",
      group: "",
      version: "v1",
      kind: "ServiceProxyOptions",
      verbs: ["create", "delete", "get", "patch", "update"],
      connect: true,
    },
  ],
  storage: "services/specs",
  storageVersionHash: "0/CO1lhkEBI=",
  nameFormat: "dns1123Label",
  generationFields: [],
  createOnUpdate: true,
  columns: serviceColumns,
  strategy: serviceStrategy,
  selectableFields: serviceFields,
});
