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

export const ServiceCIDR = struct(
  "networking.k8s.io/v1.ServiceCIDR",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<ServiceCIDRSpec>(() => ServiceCIDRSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<ServiceCIDRStatus>(() => ServiceCIDRStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "A range of addresses for services." },
);
export interface ServiceCIDR extends Infer<typeof ServiceCIDR> {}

export const ServiceCIDRStatus = struct(
  "networking.k8s.io/v1.ServiceCIDRStatus",
  {
    conditions: opt(
      1,
      list(
        ref<Condition>(() => Condition),
        { keys: ["type"] },
      ),
      "Findings on the range.",
      { patch: "merge", patchKey: "type" },
    ),
  },
  { doc: "State of a range." },
);
export interface ServiceCIDRStatus extends Infer<typeof ServiceCIDRStatus> {}

export const ServiceCIDRSpec = struct(
  "networking.k8s.io/v1.ServiceCIDRSpec",
  {
    cidrs: opt(1, list(string), "One range, or one of each family; what is there stays."),
  },
  { doc: "The range." },
);
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
  formerVersions: ["v1beta1"],
  generationFields: [],
  columns: serviceCIDRColumns,
  strategy: serviceCIDRStrategy,
});
