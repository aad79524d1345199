import {
  type Infer,
  int32,
  intOrString,
  list,
  oneOf,
  opt,
  ref,
  req,
  string,
  struct,
  typeMeta,
  LabelSelector,
  ObjectMeta,
  resource,
  type AnyStructOptions,
} from "@skates/apimachinery";
import { networkPolicyColumns } from "./networking-tables.ts";
import { networkPolicySpecDefaults } from "./networking-defaults.ts";

export const NetworkPolicy = struct("networking.k8s.io/v1.NetworkPolicy", {
  ...typeMeta,
  metadata: req(
    1,
    ref<ObjectMeta>(() => ObjectMeta),
    "",
  ),
  spec: req(
    2,
    ref<NetworkPolicySpec>(() => NetworkPolicySpec),
    "",
  ),
});
export interface NetworkPolicy extends Infer<typeof NetworkPolicy> {}

export const NetworkPolicySpec = struct(
  "networking.k8s.io/v1.NetworkPolicySpec",
  {
    podSelector: opt(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "",
      { emitEmpty: true },
    ),
    ingress: opt(2, list(ref<NetworkPolicyIngressRule>(() => NetworkPolicyIngressRule)), ""),
    egress: opt(3, list(ref<NetworkPolicyEgressRule>(() => NetworkPolicyEgressRule)), ""),
    policyTypes: opt(4, list(oneOf("Egress", "Ingress")), ""),
  },
  (): AnyStructOptions => ({ defaults: networkPolicySpecDefaults }),
);
export interface NetworkPolicySpec extends Infer<typeof NetworkPolicySpec> {}

export const NetworkPolicyEgressRule = struct("networking.k8s.io/v1.NetworkPolicyEgressRule", {
  ports: opt(1, list(ref<NetworkPolicyPort>(() => NetworkPolicyPort)), ""),
  to: opt(2, list(ref<NetworkPolicyPeer>(() => NetworkPolicyPeer)), ""),
});
export interface NetworkPolicyEgressRule extends Infer<typeof NetworkPolicyEgressRule> {}

export const NetworkPolicyIngressRule = struct("networking.k8s.io/v1.NetworkPolicyIngressRule", {
  ports: opt(1, list(ref<NetworkPolicyPort>(() => NetworkPolicyPort)), ""),
  from: opt(2, list(ref<NetworkPolicyPeer>(() => NetworkPolicyPeer)), ""),
});
export interface NetworkPolicyIngressRule extends Infer<typeof NetworkPolicyIngressRule> {}

export const NetworkPolicyPeer = struct("networking.k8s.io/v1.NetworkPolicyPeer", {
  podSelector: opt(
    1,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  namespaceSelector: opt(
    2,
    ref<LabelSelector>(() => LabelSelector),
    "",
  ),
  ipBlock: opt(
    3,
    ref<IPBlock>(() => IPBlock),
    "",
  ),
});
export interface NetworkPolicyPeer extends Infer<typeof NetworkPolicyPeer> {}

export const IPBlock = struct("networking.k8s.io/v1.IPBlock", {
  cidr: req(1, string, ""),
  except: opt(2, list(string), ""),
});
export interface IPBlock extends Infer<typeof IPBlock> {}

export const NetworkPolicyPort = struct("networking.k8s.io/v1.NetworkPolicyPort", {
  protocol: opt(1, oneOf("SCTP", "TCP", "UDP"), "", { keepZero: true, default: "TCP" }),
  port: opt(2, intOrString, "", { keepZero: true }),
  endPort: opt(3, int32, "", { keepZero: true }),
});
export interface NetworkPolicyPort extends Infer<typeof NetworkPolicyPort> {}

export const networkPolicies = resource<NetworkPolicy>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  shortNames: ["netpol"],
  schema: NetworkPolicy,
  storage: "networkpolicies",
  storageVersionHash: "YpfwF18m1G8=",
  generationFields: ["spec"],
  columns: networkPolicyColumns,
});
