import {
  type Infer,
  inline,
  int32,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  ObjectMeta,
  resource,
} from "@skates/apimachinery";
import { TypedLocalObjectReference } from "../../core/v1/object-reference.ts";
import { ingressColumns } from "./networking-tables.ts";

export const Ingress = struct("networking.k8s.io/v1.Ingress", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<IngressSpec>(() => IngressSpec),
    "",
  ),
  status: opt(
    3,
    ref<IngressStatus>(() => IngressStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface Ingress extends Infer<typeof Ingress> {}

export const IngressStatus = struct("networking.k8s.io/v1.IngressStatus", {
  loadBalancer: opt(
    1,
    ref<IngressLoadBalancerStatus>(() => IngressLoadBalancerStatus),
    "",
    { emitEmpty: true },
  ),
});
export interface IngressStatus extends Infer<typeof IngressStatus> {}

export const IngressLoadBalancerStatus = struct("networking.k8s.io/v1.IngressLoadBalancerStatus", {
  ingress: opt(1, list(ref<IngressLoadBalancerIngress>(() => IngressLoadBalancerIngress)), ""),
});
export interface IngressLoadBalancerStatus extends Infer<typeof IngressLoadBalancerStatus> {}

export const IngressLoadBalancerIngress = struct("networking.k8s.io/v1.IngressLoadBalancerIngress", {
  ip: opt(1, string, ""),
  hostname: opt(2, string, ""),
  ports: opt(4, list(ref<IngressPortStatus>(() => IngressPortStatus)), ""),
});
export interface IngressLoadBalancerIngress extends Infer<typeof IngressLoadBalancerIngress> {}

export const IngressPortStatus = struct("networking.k8s.io/v1.IngressPortStatus", {
  port: req(1, int32, ""),
  protocol: req(2, oneOf("SCTP", "TCP", "UDP"), ""),
  error: opt(3, string, "", { keepZero: true, maxLength: 316 }),
});
export interface IngressPortStatus extends Infer<typeof IngressPortStatus> {}

export const IngressSpec = struct("networking.k8s.io/v1.IngressSpec", {
  ingressClassName: opt(4, string, "", { keepZero: true }),
  defaultBackend: opt(
    1,
    ref<IngressBackend>(() => IngressBackend),
    "",
  ),
  tls: opt(2, list(ref<IngressTLS>(() => IngressTLS)), ""),
  rules: opt(3, list(ref<IngressRule>(() => IngressRule)), ""),
});
export interface IngressSpec extends Infer<typeof IngressSpec> {}

export const IngressRuleValue = struct("networking.k8s.io/v1.IngressRuleValue", {
  http: opt(
    1,
    ref<HTTPIngressRuleValue>(() => HTTPIngressRuleValue),
    "",
  ),
});
export interface IngressRuleValue extends Infer<typeof IngressRuleValue> {}

export const IngressRule = struct("networking.k8s.io/v1.IngressRule", {
  host: opt(1, string, ""),
  ...inline(2, IngressRuleValue),
});
export interface IngressRule extends Infer<typeof IngressRule> {}

export const HTTPIngressRuleValue = struct("networking.k8s.io/v1.HTTPIngressRuleValue", {
  paths: req(1, list(ref<HTTPIngressPath>(() => HTTPIngressPath)), ""),
});
export interface HTTPIngressRuleValue extends Infer<typeof HTTPIngressRuleValue> {}

export const HTTPIngressPath = struct("networking.k8s.io/v1.HTTPIngressPath", {
  path: opt(1, string, ""),
  pathType: req(3, oneOf("Exact", "ImplementationSpecific", "Prefix"), ""),
  backend: req(
    2,
    ref<IngressBackend>(() => IngressBackend),
    "",
  ),
});
export interface HTTPIngressPath extends Infer<typeof HTTPIngressPath> {}

export const IngressTLS = struct("networking.k8s.io/v1.IngressTLS", {
  hosts: opt(1, list(string), ""),
  secretName: opt(2, string, ""),
});
export interface IngressTLS extends Infer<typeof IngressTLS> {}

export const IngressBackend = struct("networking.k8s.io/v1.IngressBackend", {
  service: opt(
    4,
    ref<IngressServiceBackend>(() => IngressServiceBackend),
    "",
  ),
  resource: opt(
    3,
    ref<TypedLocalObjectReference>(() => TypedLocalObjectReference),
    "",
  ),
});
export interface IngressBackend extends Infer<typeof IngressBackend> {}

export const IngressServiceBackend = struct("networking.k8s.io/v1.IngressServiceBackend", {
  name: req(1, string, ""),
  port: opt(
    2,
    ref<ServiceBackendPort>(() => ServiceBackendPort),
    "",
    { emitEmpty: true },
  ),
});
export interface IngressServiceBackend extends Infer<typeof IngressServiceBackend> {}

export const ServiceBackendPort = struct(
  "networking.k8s.io/v1.ServiceBackendPort",
  {
    name: opt(1, string, ""),
    number: opt(2, int32, ""),
  },
  { atomic: true },
);
export interface ServiceBackendPort extends Infer<typeof ServiceBackendPort> {}

export const ingresses = resource<Ingress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  shortNames: ["ing"],
  schema: Ingress,
  storage: "ingress",
  storageVersionHash: "39NQlfNR+bo=",
  columns: ingressColumns,
});
