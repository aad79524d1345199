import { type Infer, req, struct } from "../../schema/struct.ts";
import { list, ref, string } from "../../schema/type.ts";
import { typeMeta } from "./type-meta.ts";
import { ServerAddressByClientCIDR } from "./api-group.ts";

export const APIVersions = struct(
  "meta/v1.APIVersions",
  {
    ...typeMeta,
    versions: req(1, list(string), "Versions of the core group that are served."),
    serverAddressByClientCIDRs: req(
      2,
      list(ref<ServerAddressByClientCIDR>(() => ServerAddressByClientCIDR)),
      "Addresses of the server, by the networks from which clients reach it.",
    ),
  },
  { doc: "The versions of the core group." },
);
export interface APIVersions extends Infer<typeof APIVersions> {}
