import { type Infer, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const ServiceProxyOptions = struct(
  "core/v1.ServiceProxyOptions",
  {
    ...typeMeta,
    path: opt(1, string, "Path of the request."),
  },
  { doc: "What of a service a request is passed on to." },
);
export interface ServiceProxyOptions extends Infer<typeof ServiceProxyOptions> {}
