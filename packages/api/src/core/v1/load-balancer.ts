import { type Infer, int32, list, oneOf, opt, ref, req, string, struct } from "@skates/apimachinery";

export const LoadBalancerStatus = struct("core/v1.LoadBalancerStatus", {
  ingress: opt(1, list(ref<LoadBalancerIngress>(() => LoadBalancerIngress)), ""),
});
export interface LoadBalancerStatus extends Infer<typeof LoadBalancerStatus> {}

export const LoadBalancerIngress = struct("core/v1.LoadBalancerIngress", {
  ip: opt(1, string, ""),
  hostname: opt(2, string, ""),
  ipMode: opt(3, string, "", { keepZero: true, known: ["VIP", "Proxy"] }),
  ports: opt(4, list(ref<PortStatus>(() => PortStatus)), ""),
});
export interface LoadBalancerIngress extends Infer<typeof LoadBalancerIngress> {}

export const PortStatus = struct("core/v1.PortStatus", {
  port: req(1, int32, ""),
  protocol: req(2, oneOf("SCTP", "TCP", "UDP"), ""),
  error: opt(3, string, "", { keepZero: true, maxLength: 316 }),
});
export interface PortStatus extends Infer<typeof PortStatus> {}
