import { type Infer, opt, req, struct } from "../../schema/struct.ts";
import { list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";

export const APIGroup = struct("meta/v1.APIGroup", {
  ...typeMeta,
  name: req(1, string, ""),
  versions: req(2, list(ref<GroupVersionForDiscovery>(() => GroupVersionForDiscovery)), ""),
  preferredVersion: opt(
    3,
    ref<GroupVersionForDiscovery>(() => GroupVersionForDiscovery),
    "",
    { emitEmpty: true },
  ),
  serverAddressByClientCIDRs: opt(4, list(ref<ServerAddressByClientCIDR>(() => ServerAddressByClientCIDR)), ""),
});
export interface APIGroup extends Infer<typeof APIGroup> {}

export const ServerAddressByClientCIDR = struct("meta/v1.ServerAddressByClientCIDR", {
  clientCIDR: req(1, string, ""),
  serverAddress: req(2, string, ""),
});
export interface ServerAddressByClientCIDR extends Infer<typeof ServerAddressByClientCIDR> {}

export const GroupVersionForDiscovery = struct("meta/v1.GroupVersionForDiscovery", {
  groupVersion: req(1, string, ""),
  version: req(2, string, ""),
});
export interface GroupVersionForDiscovery extends Infer<typeof GroupVersionForDiscovery> {}
