/** Types of networking.k8s.io/v1. */
export {
  HTTPIngressPath,
  HTTPIngressRuleValue,
  Ingress,
  IngressBackend,
  IngressLoadBalancerIngress,
  IngressLoadBalancerStatus,
  IngressPortStatus,
  IngressRule,
  IngressRuleValue,
  IngressServiceBackend,
  IngressSpec,
  IngressStatus,
  IngressTLS,
  ServiceBackendPort,
  ingresses,
} from "./ingress.ts";
export { IngressClass, IngressClassParametersReference, IngressClassSpec, ingressClasses } from "./ingress-class.ts";
export { IPAddress, IPAddressSpec, ParentReference, ipAddresses } from "./ip-address.ts";
export {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyEgressRule,
  NetworkPolicyIngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
  networkPolicies,
} from "./network-policy.ts";
export { ServiceCIDR, ServiceCIDRSpec, ServiceCIDRStatus, serviceCIDRs } from "./service-cidr.ts";
