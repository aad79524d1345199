import {
  type Infer,
  bool,
  int32,
  list,
  map,
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
import { ObjectReference } from "../../core/v1/object-reference.ts";
import { endpointSliceColumns } from "./endpoint-slice-table.ts";
import { endpointSliceRules } from "./endpoint-slice-rules.ts";

export const EndpointSlice = struct(
  "discovery.k8s.io/v1.EndpointSlice",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    addressType: req(4, oneOf("FQDN", "IPv4", "IPv6"), "IPv4, IPv6 or FQDN; it stays.", { immutable: true }),
    endpoints: opt(2, list(ref<Endpoint>(() => Endpoint)), "The endpoints, at most 1000.", { emitEmpty: true }),
    ports: opt(3, list(ref<EndpointPort>(() => EndpointPort)), "Ports that each endpoint has, at most 100.", {
      emitEmpty: true,
    }),
  },
  (): AnyStructOptions => ({ doc: "Some of the endpoints behind a service.", rules: [endpointSliceRules] }),
);
export interface EndpointSlice extends Infer<typeof EndpointSlice> {}

export const EndpointPort = struct(
  "discovery.k8s.io/v1.EndpointPort",
  {
    name: opt(1, string, "Name of the service's port it belongs to.", { keepZero: true, default: "" }),
    protocol: opt(2, oneOf("SCTP", "TCP", "UDP"), "UDP, TCP or SCTP.", { keepZero: true, default: "TCP" }),
    port: opt(3, int32, "Number of the port; all ports when absent.", { keepZero: true }),
    appProtocol: opt(4, string, "What is spoken over it, for those who care.", { keepZero: true }),
  },
  { atomic: true, doc: "A port of all endpoints of a slice." },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const Endpoint = struct(
  "discovery.k8s.io/v1.Endpoint",
  {
    addresses: req(1, list(string, "set"), "Addresses of the endpoint; only the first is used.", { maxItems: 100 }),
    conditions: opt(
      2,
      ref<EndpointConditions>(() => EndpointConditions),
      "Whether it can be used.",
      { emitEmpty: true },
    ),
    hostname: opt(3, string, "Name of its own in DNS.", { keepZero: true }),
    targetRef: opt(
      4,
      ref<ObjectReference>(() => ObjectReference),
      "Object that has the address, a pod as a rule.",
    ),
    deprecatedTopology: opt(5, map(string), "Old place of the zone; read only."),
    nodeName: opt(6, string, "Node that it is on.", { keepZero: true }),
    zone: opt(7, string, "Zone that it is in.", { keepZero: true }),
    hints: opt(
      8,
      ref<EndpointHints>(() => EndpointHints),
      "Who should use it.",
    ),
  },
  { doc: "One endpoint behind a service." },
);
export interface Endpoint extends Infer<typeof Endpoint> {}

export const EndpointHints = struct(
  "discovery.k8s.io/v1.EndpointHints",
  {
    forZones: opt(1, list(ref<ForZone>(() => ForZone)), "Zones whose clients should use it."),
    forNodes: opt(2, list(ref<ForNode>(() => ForNode)), "Nodes whose clients should use it."),
  },
  { doc: "Who should use an endpoint." },
);
export interface EndpointHints extends Infer<typeof EndpointHints> {}

export const ForNode = struct(
  "discovery.k8s.io/v1.ForNode",
  {
    name: req(1, string, "Name of the node."),
  },
  { doc: "A node that an endpoint is for." },
);
export interface ForNode extends Infer<typeof ForNode> {}

export const ForZone = struct(
  "discovery.k8s.io/v1.ForZone",
  {
    name: req(1, string, "Name of the zone."),
  },
  { doc: "A zone that an endpoint is for." },
);
export interface ForZone extends Infer<typeof ForZone> {}

export const EndpointConditions = struct(
  "discovery.k8s.io/v1.EndpointConditions",
  {
    ready: opt(1, bool, "Whether it takes new connections; absent counts as yes.", { keepZero: true }),
    serving: opt(2, bool, "As ready, also while it is ending.", { keepZero: true }),
    terminating: opt(3, bool, "Whether it is ending.", { keepZero: true }),
  },
  { doc: "Whether an endpoint can be used." },
);
export interface EndpointConditions extends Infer<typeof EndpointConditions> {}

export const endpointSlices = resource<EndpointSlice>({
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  schema: EndpointSlice,
  storage: "endpointslices",
  storageVersionHash: "qgS0xkrxYAI=",
  columns: endpointSliceColumns,
  generationFields: ["addressType", "endpoints", "ports"],
});
