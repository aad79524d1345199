import { type Infer, opt, string, struct, typeMeta } from "@skates/apimachinery";

export const PodProxyOptions = struct(
  "core/v1.PodProxyOptions",
  {
    ...typeMeta,
    path: opt(1, string, "Path of the request."),
  },
  { doc: "What of a pod a request is passed on to." },
);
export interface PodProxyOptions extends Infer<typeof PodProxyOptions> {}
