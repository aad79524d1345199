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
} from "@skates/apimachinery";
import { ObjectReference } from "./object-reference.ts";
import { endpointsColumns } from "./quota-tables.ts";

export const Endpoints = struct("core/v1.Endpoints", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  subsets: opt(2, list(ref<EndpointSubset>(() => EndpointSubset)), ""),
});
export interface Endpoints extends Infer<typeof Endpoints> {}

export const EndpointSubset = struct("core/v1.EndpointSubset", {
  addresses: opt(1, list(ref<EndpointAddress>(() => EndpointAddress)), ""),
  notReadyAddresses: opt(2, list(ref<EndpointAddress>(() => EndpointAddress)), ""),
  ports: opt(3, list(ref<EndpointPort>(() => EndpointPort)), ""),
});
export interface EndpointSubset extends Infer<typeof EndpointSubset> {}

export const EndpointPort = struct(
  "core/v1.EndpointPort",
  {
    name: opt(1, string, ""),
    port: req(2, int32, ""),
    protocol: opt(3, oneOf("SCTP", "TCP", "UDP"), "", { default: "TCP" }),
    appProtocol: opt(4, string, "", { keepZero: true }),
  },
  { atomic: true },
);
export interface EndpointPort extends Infer<typeof EndpointPort> {}

export const EndpointAddress = struct(
  "core/v1.EndpointAddress",
  {
    ip: req(1, string, ""),
    hostname: opt(3, string, ""),
    nodeName: opt(4, string, "", { keepZero: true }),
    targetRef: opt(
      2,
      ref<ObjectReference>(() => ObjectReference),
      "",
    ),
  },
  { atomic: true },
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
});
