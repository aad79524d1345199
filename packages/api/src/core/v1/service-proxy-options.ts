import { type Infer, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const ServiceProxyOptions = struct("core/v1.ServiceProxyOptions", {
  ...typeMeta,
  path: opt(1, string, ""),
});
export interface ServiceProxyOptions extends Infer<typeof ServiceProxyOptions> {}
