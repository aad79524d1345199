import { type Infer, req, struct } from "../../schema/struct.ts";
import { list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";
import { ServerAddressByClientCIDR } from "./api-group.ts";

export const APIVersions = struct("meta/v1.APIVersions", {
  ...typeMeta,
  versions: req(1, list(string), ""),
  serverAddressByClientCIDRs: req(2, list(ref<ServerAddressByClientCIDR>(() => ServerAddressByClientCIDR)), ""),
});
export interface APIVersions extends Infer<typeof APIVersions> {}
