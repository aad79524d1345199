import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const APIGroup = struct(
  "meta/v1.APIGroup",
  {
    ...typeMeta,
    name: req(1, string, "Name of the group."),
    versions: req(
      2,
      list(ref<GroupVersionForDiscovery>(() => GroupVersionForDiscovery)),
      "Versions of the group that are served.",
    ),
    preferredVersion: opt(
      3,
      ref<GroupVersionForDiscovery>(() => GroupVersionForDiscovery),
      "The version that clients should use unless they need another.",
      { emitEmpty: true },
    ),
    serverAddressByClientCIDRs: opt(
      4,
      list(ref<ServerAddressByClientCIDR>(() => ServerAddressByClientCIDR)),
      "Addresses of the server, by the networks from which clients reach it.",
    ),
  },
  { doc: "A group of the API with its versions." },
);
export interface APIGroup extends Infer<typeof APIGroup> {}

export const ServerAddressByClientCIDR = struct(
  "meta/v1.ServerAddressByClientCIDR",
  {
    clientCIDR: req(1, string, "Network, as CIDR, of the clients that should use the address."),
    serverAddress: req(2, string, "Address of the server: a host name, an IP address, or either with a port."),
  },
  { doc: "Where clients of a network find the server." },
);
export interface ServerAddressByClientCIDR extends Infer<typeof ServerAddressByClientCIDR> {}

export const GroupVersionForDiscovery = struct(
  "meta/v1.GroupVersionForDiscovery",
  {
    groupVersion: req(1, string, "Group and version, as group/version."),
    version: req(2, string, "The version alone."),
  },
  { doc: "A version of a group." },
);
export interface GroupVersionForDiscovery extends Infer<typeof GroupVersionForDiscovery> {}
