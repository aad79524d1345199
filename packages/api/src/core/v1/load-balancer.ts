import { type Infer, int32, list, oneOf, opt, ref, req, string, struct } from "@skates/apimachinery";

export const LoadBalancerStatus = struct(
  "core/v1.LoadBalancerStatus",
  {
    ingress: opt(1, list(ref<LoadBalancerIngress>(() => LoadBalancerIngress)), "The points of entry."),
  },
  { doc: "Where a load balancer is reached." },
);
export interface LoadBalancerStatus extends Infer<typeof LoadBalancerStatus> {}

export const LoadBalancerIngress = struct(
  "core/v1.LoadBalancerIngress",
  {
    ip: opt(1, string, "Its address, for balancers that have one."),
    hostname: opt(2, string, "Its name, for balancers known by name."),
    ipMode: opt(3, string, "Whether nodes handle the address themselves (VIP) or leave it to the balancer (Proxy).", {
      keepZero: true,
      known: ["VIP", "Proxy"],
    }),
    ports: opt(4, list(ref<PortStatus>(() => PortStatus)), "State of the service's ports there."),
  },
  { doc: "One point of entry of a load balancer." },
);
export interface LoadBalancerIngress extends Infer<typeof LoadBalancerIngress> {}

export const PortStatus = struct(
  "core/v1.PortStatus",
  {
    port: req(1, int32, "Number of the port."),
    protocol: req(2, oneOf("SCTP", "TCP", "UDP"), "UDP, TCP or SCTP."),
    error: opt(3, string, "What went wrong, if anything.", { keepZero: true, maxLength: 316 }),
  },
  { doc: "State of a service's port at a load balancer." },
);
export interface PortStatus extends Infer<typeof PortStatus> {}
