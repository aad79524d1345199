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
      "",
    ),
    spec: req(
      2,
      ref<ServiceSpec>(() => ServiceSpec),
      "",
    ),
    status: opt(
      3,
      ref<ServiceStatus>(() => ServiceStatus),
      "",
      { emitEmpty: true },
    ),
  },
  (): AnyStructOptions => ({ defaults: serviceDefaults }),
);
export interface Service extends Infer<typeof Service> {}

export const ServiceStatus = struct("core/v1.ServiceStatus", {
  loadBalancer: opt(
    1,
    ref<LoadBalancerStatus>(() => LoadBalancerStatus),
    "",
    { emitEmpty: true },
  ),
  conditions: opt(
    2,
    list(
      ref<Condition>(() => Condition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
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
      "",
      { patch: "merge", patchKey: "port" },
    ),
    selector: opt(2, map(string, "atomic"), ""),
    clusterIP: opt(3, string, ""),
    clusterIPs: opt(18, list(string), ""),
    type: opt(4, oneOf("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"), "", { default: "ClusterIP" }),
    externalIPs: opt(5, list(string), ""),
    sessionAffinity: opt(7, oneOf("ClientIP", "None"), "", { default: "None" }),
    loadBalancerIP: opt(8, string, ""),
    loadBalancerSourceRanges: opt(9, list(string), ""),
    externalName: opt(10, string, ""),
    externalTrafficPolicy: opt(11, oneOf("Cluster", "Local"), ""),
    healthCheckNodePort: opt(12, int32, ""),
    publishNotReadyAddresses: opt(13, bool, ""),
    sessionAffinityConfig: opt(
      14,
      ref<SessionAffinityConfig>(() => SessionAffinityConfig),
      "",
    ),
    ipFamilies: opt(19, list(oneOf("", "IPv4", "IPv6")), ""),
    ipFamilyPolicy: opt(17, oneOf("PreferDualStack", "RequireDualStack", "SingleStack"), "", { keepZero: true }),
    allocateLoadBalancerNodePorts: opt(20, bool, "", { keepZero: true }),
    loadBalancerClass: opt(21, string, "", { keepZero: true }),
    internalTrafficPolicy: opt(22, oneOf("Cluster", "Local"), "", { keepZero: true }),
    trafficDistribution: opt(23, string, "", { keepZero: true }),
  },
  (): AnyStructOptions => ({ defaults: serviceSpecDefaults }),
);
export interface ServiceSpec extends Infer<typeof ServiceSpec> {}

export const SessionAffinityConfig = struct("core/v1.SessionAffinityConfig", {
  clientIP: opt(
    1,
    ref<ClientIPConfig>(() => ClientIPConfig),
    "",
  ),
});
export interface SessionAffinityConfig extends Infer<typeof SessionAffinityConfig> {}

export const ClientIPConfig = struct("core/v1.ClientIPConfig", {
  timeoutSeconds: opt(1, int32, "", { keepZero: true }),
});
export interface ClientIPConfig extends Infer<typeof ClientIPConfig> {}

export const ServicePort = struct("core/v1.ServicePort", {
  name: opt(1, string, ""),
  protocol: opt(2, oneOf("SCTP", "TCP", "UDP"), "", { default: "TCP" }),
  appProtocol: opt(6, string, "", { keepZero: true }),
  port: req(3, int32, ""),
  targetPort: opt(4, intOrString, "", { emitEmpty: true }),
  nodePort: opt(5, int32, ""),
});
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
