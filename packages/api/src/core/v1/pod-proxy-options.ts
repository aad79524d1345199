import { type Infer, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const PodProxyOptions = struct("core/v1.PodProxyOptions", {
  ...typeMeta,
  path: opt(1, string, ""),
});
export interface PodProxyOptions extends Infer<typeof PodProxyOptions> {}
