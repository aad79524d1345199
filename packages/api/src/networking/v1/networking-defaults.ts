import type { IngressClassParametersReference } from "./ingress-class.ts";
import type { NetworkPolicySpec } from "./network-policy.ts";

/** A policy is about ingress, and about egress where it has rules for it. */
export function networkPolicySpecDefaults(spec: NetworkPolicySpec): NetworkPolicySpec {
  if ((spec.policyTypes ?? []).length > 0) return spec;
  const egress = (spec.egress ?? []).length > 0;
  return { ...spec, policyTypes: egress ? ["Ingress", "Egress"] : ["Ingress"] };
}

/** Parameters are found in the cluster unless a namespace is meant. */
export function ingressParametersDefaults(reference: IngressClassParametersReference): IngressClassParametersReference {
  return reference.scope === undefined ? { ...reference, scope: "Cluster" } : reference;
}
