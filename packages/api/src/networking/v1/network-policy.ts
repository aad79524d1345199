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
import { networkPolicySpecRules } from "./networking-rules.ts";
import { networkPolicyWarnings } from "./networking-warnings.ts";

export const NetworkPolicy = struct(
  "networking.k8s.io/v1.NetworkPolicy",
  {
    ...typeMeta,
    metadata: req(
      1,
      ref<ObjectMeta>(() => ObjectMeta),
      "Name, namespace, labels and the other data that all objects have.",
    ),
    spec: req(
      2,
      ref<NetworkPolicySpec>(() => NetworkPolicySpec),
      "What is wanted.",
    ),
  },
  { doc: "Says which traffic the pods of a namespace take and make." },
);
export interface NetworkPolicy extends Infer<typeof NetworkPolicy> {}

export const NetworkPolicySpec = struct(
  "networking.k8s.io/v1.NetworkPolicySpec",
  {
    podSelector: opt(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "Pods it is about; all when empty.",
      { emitEmpty: true },
    ),
    ingress: opt(2, list(ref<NetworkPolicyIngressRule>(() => NetworkPolicyIngressRule)), "Traffic that they take."),
    egress: opt(3, list(ref<NetworkPolicyEgressRule>(() => NetworkPolicyEgressRule)), "Traffic that they make."),
    policyTypes: opt(4, list(oneOf("Egress", "Ingress")), "Whether it is about Ingress, Egress or both."),
  },
  (): AnyStructOptions => ({
    defaults: networkPolicySpecDefaults,
    doc: "Which pods, and which traffic.",
    rules: [networkPolicySpecRules],
  }),
);
export interface NetworkPolicySpec extends Infer<typeof NetworkPolicySpec> {}

export const NetworkPolicyEgressRule = struct(
  "networking.k8s.io/v1.NetworkPolicyEgressRule",
  {
    ports: opt(1, list(ref<NetworkPolicyPort>(() => NetworkPolicyPort)), "Ports it may go to; all when empty."),
    to: opt(2, list(ref<NetworkPolicyPeer>(() => NetworkPolicyPeer)), "Where it may go; anywhere when empty."),
  },
  { doc: "Traffic that pods may make." },
);
export interface NetworkPolicyEgressRule extends Infer<typeof NetworkPolicyEgressRule> {}

export const NetworkPolicyIngressRule = struct(
  "networking.k8s.io/v1.NetworkPolicyIngressRule",
  {
    ports: opt(1, list(ref<NetworkPolicyPort>(() => NetworkPolicyPort)), "Ports it may come to; all when empty."),
    from: opt(2, list(ref<NetworkPolicyPeer>(() => NetworkPolicyPeer)), "Where it may come from; anywhere when empty."),
  },
  { doc: "Traffic that pods may take." },
);
export interface NetworkPolicyIngressRule extends Infer<typeof NetworkPolicyIngressRule> {}

export const NetworkPolicyPeer = struct(
  "networking.k8s.io/v1.NetworkPolicyPeer",
  {
    podSelector: opt(
      1,
      ref<LabelSelector>(() => LabelSelector),
      "Pods, in this namespace or in those selected.",
    ),
    namespaceSelector: opt(
      2,
      ref<LabelSelector>(() => LabelSelector),
      "Namespaces; all when empty.",
    ),
    ipBlock: opt(
      3,
      ref<IPBlock>(() => IPBlock),
      "Addresses; nothing else may be given with it.",
    ),
  },
  { doc: "The other end of allowed traffic." },
);
export interface NetworkPolicyPeer extends Infer<typeof NetworkPolicyPeer> {}

export const IPBlock = struct(
  "networking.k8s.io/v1.IPBlock",
  {
    cidr: req(1, string, "The range."),
    except: opt(2, list(string), "Ranges within it that are left out."),
  },
  { doc: "A range of addresses, with holes." },
);
export interface IPBlock extends Infer<typeof IPBlock> {}

export const NetworkPolicyPort = struct(
  "networking.k8s.io/v1.NetworkPolicyPort",
  {
    protocol: opt(1, oneOf("SCTP", "TCP", "UDP"), "UDP, TCP or SCTP.", { keepZero: true, default: "TCP" }),
    port: opt(2, intOrString, "The port, by number or name; all when absent.", { keepZero: true }),
    endPort: opt(3, int32, "Last port of a range that begins with port.", { keepZero: true }),
  },
  { doc: "A port of allowed traffic." },
);
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
  strategy: { warnings: networkPolicyWarnings },
});
