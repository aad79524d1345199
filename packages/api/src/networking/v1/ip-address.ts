import { type Infer, opt, ref, req, string, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { ipAddressColumns, ipAddressStrategy } from "./ip-address-strategy.ts";

export const IPAddress = struct("networking.k8s.io/v1.IPAddress", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<IPAddressSpec>(() => IPAddressSpec),
    "",
  ),
});
export interface IPAddress extends Infer<typeof IPAddress> {}

export const IPAddressSpec = struct("networking.k8s.io/v1.IPAddressSpec", {
  parentRef: req(
    1,
    ref<ParentReference>(() => ParentReference),
    "",
  ),
});
export interface IPAddressSpec extends Infer<typeof IPAddressSpec> {}

export const ParentReference = struct("networking.k8s.io/v1.ParentReference", {
  group: opt(1, string, ""),
  resource: req(2, string, ""),
  namespace: opt(3, string, ""),
  name: req(4, string, ""),
});
export interface ParentReference extends Infer<typeof ParentReference> {}

export const ipAddresses = resource<IPAddress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IPAddress",
  plural: "ipaddresses",
  shortNames: ["ip"],
  namespaced: false,
  schema: IPAddress,
  storage: "ipaddresses",
  storageVersionHash: "3f/plJFChNE=",
  columns: ipAddressColumns,
  strategy: ipAddressStrategy,
});
