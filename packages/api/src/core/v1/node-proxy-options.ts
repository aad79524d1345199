import { type Infer, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const NodeProxyOptions = struct(
  "core/v1.NodeProxyOptions",
  {
    ...typeMeta,
    path: opt(1, string, "Path of the kubelet's API."),
  },
  { doc: "What of a node a request is passed on to." },
);
export interface NodeProxyOptions extends Infer<typeof NodeProxyOptions> {}
