import {
  type Infer,
  list,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  Condition,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { serviceCIDRColumns, serviceCIDRStrategy } from "./service-cidr-strategy.ts";

export const ServiceCIDR = struct("networking.k8s.io/v1.ServiceCIDR", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<ServiceCIDRSpec>(() => ServiceCIDRSpec),
    "",
  ),
  status: opt(
    3,
    ref<ServiceCIDRStatus>(() => ServiceCIDRStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface ServiceCIDR extends Infer<typeof ServiceCIDR> {}

export const ServiceCIDRStatus = struct("networking.k8s.io/v1.ServiceCIDRStatus", {
  conditions: opt(
    1,
    list(
      ref<Condition>(() => Condition),
      { keys: ["type"] },
    ),
    "",
    { patch: "merge", patchKey: "type" },
  ),
});
export interface ServiceCIDRStatus extends Infer<typeof ServiceCIDRStatus> {}

export const ServiceCIDRSpec = struct("networking.k8s.io/v1.ServiceCIDRSpec", {
  cidrs: opt(1, list(string), ""),
});
export interface ServiceCIDRSpec extends Infer<typeof ServiceCIDRSpec> {}

export const serviceCIDRs = resource<ServiceCIDR>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "ServiceCIDR",
  plural: "servicecidrs",
  namespaced: false,
  schema: ServiceCIDR,
  storage: "servicecidrs",
  storageVersionHash: "gNLvruQhW2g=",
  generationFields: [],
  columns: serviceCIDRColumns,
  strategy: serviceCIDRStrategy,
});
