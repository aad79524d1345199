import { type Infer, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const NodeProxyOptions = struct("core/v1.NodeProxyOptions", {
  ...typeMeta,
  path: opt(1, string, ""),
});
export interface NodeProxyOptions extends Infer<typeof NodeProxyOptions> {}
