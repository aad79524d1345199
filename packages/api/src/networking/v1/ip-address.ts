import { type Infer, opt, ref, req, string, struct, typeMeta, ObjectMeta, resource } from "@skates/apimachinery";
import { ipAddressColumns, ipAddressStrategy } from "./ip-address-strategy.ts";

export const IPAddress = struct(
  "networking.k8s.io/v1.IPAddress",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<IPAddressSpec>(() => IPAddressSpec),
      "What is wanted.",
    ),
  },
  { doc: "An address that is in use; its name is the address." },
);
export interface IPAddress extends Infer<typeof IPAddress> {}

export const IPAddressSpec = struct(
  "networking.k8s.io/v1.IPAddressSpec",
  {
    parentRef: req(
      1,
      ref<ParentReference>(() => ParentReference),
      "The object that has it; it stays.",
    ),
  },
  { doc: "Who uses an address." },
);
export interface IPAddressSpec extends Infer<typeof IPAddressSpec> {}

export const ParentReference = struct(
  "networking.k8s.io/v1.ParentReference",
  {
    group: opt(1, string, "Its API group; empty for the core."),
    resource: req(2, string, "Plural of its kind."),
    namespace: opt(3, string, "Its namespace."),
    name: req(4, string, "Its name."),
  },
  { doc: "The object that has an address." },
);
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
  formerVersions: ["v1beta1"],
  columns: ipAddressColumns,
  strategy: ipAddressStrategy,
  // The strategy asks for more: an address in its canonical form, which has colons in IPv6.
  nameFormat: "pathSegmentName",
});
