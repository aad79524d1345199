import {
  type Infer,
  int32,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { ObjectReference } from "./object-reference.ts";
import { endpointsColumns } from "./quota-tables.ts";
import { endpointSubsetRules } from "./endpoints-rules.ts";

export const Endpoints = struct(
  "core/v1.Endpoints",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    subsets: opt(2, list(ref<EndpointSubset>(() => EndpointSubset)), "Addresses, grouped by the ports they have."),
  },
  { doc: "Addresses behind a service; old, use endpoint slices." },
);
export interface Endpoints extends Infer<typeof Endpoints> {}

export const EndpointSubset = struct(
  "core/v1.EndpointSubset",
  {
    addresses: opt(1, list(ref<EndpointAddress>(() => EndpointAddress)), "Addresses that are ready."),
    notReadyAddresses: opt(2, list(ref<EndpointAddress>(() => EndpointAddress)), "Addresses that are not, or not yet."),
    ports: opt(3, list(ref<EndpointPort>(() => EndpointPort)), "Ports that each of the addresses has."),
  },
  (): AnyStructOptions => ({ doc: "Addresses that share a set of ports.", rules: [endpointSubsetRules] }),
);
export interface EndpointSubset extends Infer<typeof EndpointSubset> {}

export const EndpointPort = struct(
  "core/v1.EndpointPort",
  {
    name: opt(1, string, "Name of the service's port it belongs to."),
    port: req(2, int32, "Number of the port."),
    protocol: opt(3, oneOf("SCTP", "TCP", "UDP"), "UDP, TCP or SCTP.", { default: "TCP" }),
    appProtocol: opt(4, string, "What is spoken over it, for those who care.", { keepZero: true }),
  },
  { atomic: true, doc: "A port of a set of addresses." },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointAddress = struct(
  "core/v1.EndpointAddress",
  {
    ip: req(1, string, "The address."),
    hostname: opt(3, string, "Name of its own in DNS."),
    nodeName: opt(4, string, "Node that it is on.", { keepZero: true }),
    targetRef: opt(
      2,
      ref<ObjectReference>(() => ObjectReference),
      "Object that has the address, a pod as a rule.",
    ),
  },
  { atomic: true, doc: "One address behind a service." },
);
export interface EndpointAddress extends Infer<typeof EndpointAddress> {}

export const endpoints = resource<Endpoints>({
  group: "",
  version: "v1",
  kind: "Endpoints",
  plural: "endpoints",
  shortNames: ["ep"],
  schema: Endpoints,
  storage: "services/endpoints",
  storageVersionHash: "fWeeMqaN/OA=",
  createOnUpdate: true,
  columns: endpointsColumns,
  deprecationWarning: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
});
