import { type Infer, int32, list, opt, struct, typeMeta } from "@skates/apimachinery";

export const PodPortForwardOptions = struct(
  "core/v1.PodPortForwardOptions",
  {
    ...typeMeta,
    ports: opt(1, list(int32), "The ports of the pod."),
  },
  { doc: "Ports to forward." },
);
export interface PodPortForwardOptions extends Infer<typeof PodPortForwardOptions> {}
