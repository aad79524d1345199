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
} from "@skates/apimachinery";
import { ObjectReference } from "../../core/v1/object-reference.ts";
import { endpointSliceColumns } from "./endpoint-slice-table.ts";

export const EndpointSlice = struct("discovery.k8s.io/v1.EndpointSlice", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  addressType: req(4, oneOf("FQDN", "IPv4", "IPv6"), ""),
  endpoints: opt(2, list(ref<Endpoint>(() => Endpoint)), "", { emitEmpty: true }),
  ports: opt(3, list(ref<EndpointPort>(() => EndpointPort)), "", { emitEmpty: true }),
});
export interface EndpointSlice extends Infer<typeof EndpointSlice> {}

export const EndpointPort = struct(
  "discovery.k8s.io/v1.EndpointPort",
  {
    name: opt(1, string, "", { keepZero: true, default: "" }),
    protocol: opt(2, oneOf("SCTP", "TCP", "UDP"), "", { keepZero: true, default: "TCP" }),
    port: opt(3, int32, "", { keepZero: true }),
    appProtocol: opt(4, string, "", { keepZero: true }),
  },
  { atomic: true },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const Endpoint = struct("discovery.k8s.io/v1.Endpoint", {
  addresses: req(1, list(string, "set"), "", { maxItems: 100 }),
  conditions: opt(
    2,
    ref<EndpointConditions>(() => EndpointConditions),
    "",
    { emitEmpty: true },
  ),
  hostname: opt(3, string, "", { keepZero: true }),
  targetRef: opt(
    4,
    ref<ObjectReference>(() => ObjectReference),
    "",
  ),
  deprecatedTopology: opt(5, map(string), ""),
  nodeName: opt(6, string, "", { keepZero: true }),
  zone: opt(7, string, "", { keepZero: true }),
  hints: opt(
    8,
    ref<EndpointHints>(() => EndpointHints),
    "",
  ),
});
export interface Endpoint extends Infer<typeof Endpoint> {}

export const EndpointHints = struct("discovery.k8s.io/v1.EndpointHints", {
  forZones: opt(1, list(ref<ForZone>(() => ForZone)), ""),
  forNodes: opt(2, list(ref<ForNode>(() => ForNode)), ""),
});
export interface EndpointHints extends Infer<typeof EndpointHints> {}

export const ForNode = struct("discovery.k8s.io/v1.ForNode", {
  name: req(1, string, ""),
});
export interface ForNode extends Infer<typeof ForNode> {}

export const ForZone = struct("discovery.k8s.io/v1.ForZone", {
  name: req(1, string, ""),
});
export interface ForZone extends Infer<typeof ForZone> {}

export const EndpointConditions = struct("discovery.k8s.io/v1.EndpointConditions", {
  ready: opt(1, bool, "", { keepZero: true }),
  serving: opt(2, bool, "", { keepZero: true }),
  terminating: opt(3, bool, "", { keepZero: true }),
});
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
