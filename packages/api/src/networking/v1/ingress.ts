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
  type AnyStructOptions,
} from "@skates/apimachinery";
import { TypedLocalObjectReference } from "../../core/v1/object-reference.ts";
import { ingressColumns } from "./networking-tables.ts";
import { ingressErrors, ingressSpecRules } from "./networking-rules.ts";
import { ingressWarnings } from "./networking-warnings.ts";

export const Ingress = struct(
  "networking.k8s.io/v1.Ingress",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<IngressSpec>(() => IngressSpec),
      "What is wanted.",
    ),
    status: opt(
      3,
      ref<IngressStatus>(() => IngressStatus),
      "What was last seen of it, written by the system.",
      { emitEmpty: true },
    ),
  },
  { doc: "Leads HTTP requests from outside to services." },
);
export interface Ingress extends Infer<typeof Ingress> {}

export const IngressStatus = struct(
  "networking.k8s.io/v1.IngressStatus",
  {
    loadBalancer: opt(
      1,
      ref<IngressLoadBalancerStatus>(() => IngressLoadBalancerStatus),
      "Where it is reached.",
      { emitEmpty: true },
    ),
  },
  { doc: "State of an ingress." },
);
export interface IngressStatus extends Infer<typeof IngressStatus> {}

export const IngressLoadBalancerStatus = struct(
  "networking.k8s.io/v1.IngressLoadBalancerStatus",
  {
    ingress: opt(1, list(ref<IngressLoadBalancerIngress>(() => IngressLoadBalancerIngress)), "The points of entry."),
  },
  { doc: "Where an ingress is reached." },
);
export interface IngressLoadBalancerStatus extends Infer<typeof IngressLoadBalancerStatus> {}

export const IngressLoadBalancerIngress = struct(
  "networking.k8s.io/v1.IngressLoadBalancerIngress",
  {
    ip: opt(1, string, "Its address."),
    hostname: opt(2, string, "Its name."),
    ports: opt(4, list(ref<IngressPortStatus>(() => IngressPortStatus)), "Its ports."),
  },
  { doc: "One point of entry." },
);
export interface IngressLoadBalancerIngress extends Infer<typeof IngressLoadBalancerIngress> {}

export const IngressPortStatus = struct(
  "networking.k8s.io/v1.IngressPortStatus",
  {
    port: req(1, int32, "Number of the port."),
    protocol: req(2, oneOf("SCTP", "TCP", "UDP"), "UDP, TCP or SCTP."),
    error: opt(3, string, "What went wrong, if anything.", { keepZero: true, maxLength: 316 }),
  },
  { doc: "State of a port." },
);
export interface IngressPortStatus extends Infer<typeof IngressPortStatus> {}

export const IngressSpec = struct(
  "networking.k8s.io/v1.IngressSpec",
  {
    ingressClassName: opt(4, string, "Class that it belongs to.", { keepZero: true }),
    defaultBackend: opt(
      1,
      ref<IngressBackend>(() => IngressBackend),
      "Where requests go that no rule fits.",
    ),
    tls: opt(2, list(ref<IngressTLS>(() => IngressTLS)), "Names that are served over TLS, and their certificates."),
    rules: opt(3, list(ref<IngressRule>(() => IngressRule)), "Where requests go, by host and path."),
  },
  (): AnyStructOptions => ({ doc: "Which requests go where.", rules: [ingressSpecRules] }),
);
export interface IngressSpec extends Infer<typeof IngressSpec> {}

export const IngressRuleValue = struct(
  "networking.k8s.io/v1.IngressRuleValue",
  {
    http: opt(
      1,
      ref<HTTPIngressRuleValue>(() => HTTPIngressRuleValue),
      "Rules by path.",
    ),
  },
  { doc: "Rules of one host." },
);
export interface IngressRuleValue extends Infer<typeof IngressRuleValue> {}

export const IngressRule = struct(
  "networking.k8s.io/v1.IngressRule",
  {
    host: opt(1, string, "Name of the host, perhaps with *. in front; all when empty."),
    ...inline(2, IngressRuleValue),
  },
  { doc: "Where requests for a host go." },
);
export interface IngressRule extends Infer<typeof IngressRule> {}

export const HTTPIngressRuleValue = struct(
  "networking.k8s.io/v1.HTTPIngressRuleValue",
  {
    paths: req(1, list(ref<HTTPIngressPath>(() => HTTPIngressPath)), "The paths."),
  },
  { doc: "Where requests go, by path." },
);
export interface HTTPIngressRuleValue extends Infer<typeof HTTPIngressRuleValue> {}

export const HTTPIngressPath = struct(
  "networking.k8s.io/v1.HTTPIngressPath",
  {
    path: opt(1, string, "The path, beginning with /."),
    pathType: req(3, oneOf("Exact", "ImplementationSpecific", "Prefix"), "Exact, Prefix or ImplementationSpecific."),
    backend: req(
      2,
      ref<IngressBackend>(() => IngressBackend),
      "Where they go.",
    ),
  },
  { doc: "Where requests for a path go." },
);
export interface HTTPIngressPath extends Infer<typeof HTTPIngressPath> {}

export const IngressTLS = struct(
  "networking.k8s.io/v1.IngressTLS",
  {
    hosts: opt(1, list(string), "The names; the rules' hosts by default."),
    secretName: opt(2, string, "Secret with key and certificate."),
  },
  { doc: "Names served with one certificate." },
);
export interface IngressTLS extends Infer<typeof IngressTLS> {}

export const IngressBackend = struct(
  "networking.k8s.io/v1.IngressBackend",
  {
    service: opt(
      4,
      ref<IngressServiceBackend>(() => IngressServiceBackend),
      "A service.",
    ),
    resource: opt(
      3,
      ref<TypedLocalObjectReference>(() => TypedLocalObjectReference),
      "Another object that the controller knows.",
    ),
  },
  { doc: "Where requests go; exactly one is given." },
);
export interface IngressBackend extends Infer<typeof IngressBackend> {}

export const IngressServiceBackend = struct(
  "networking.k8s.io/v1.IngressServiceBackend",
  {
    name: req(1, string, "Name of the service."),
    port: opt(
      2,
      ref<ServiceBackendPort>(() => ServiceBackendPort),
      "The port.",
      { emitEmpty: true },
    ),
  },
  { doc: "A port of a service." },
);
export interface IngressServiceBackend extends Infer<typeof IngressServiceBackend> {}

export const ServiceBackendPort = struct(
  "networking.k8s.io/v1.ServiceBackendPort",
  {
    name: opt(1, string, "Its name."),
    number: opt(2, int32, "Its number."),
  },
  { atomic: true, doc: "A port, by name or by number." },
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
  strategy: { validate: ingressErrors, warnings: ingressWarnings },
});
