import { headlessService } from "./service-types.ts";
import type { Service } from "./service.ts";

const OLD_TOPOLOGY = "service.kubernetes.io/topology-aware-hints";

/** What a client should change some day. */
export function serviceWarnings(next: Service): readonly string[] {
  const out: string[] = [];
  const { spec } = next;
  if (next.metadata.annotations?.[OLD_TOPOLOGY] !== undefined) {
    out.push(`annotation ${OLD_TOPOLOGY} is deprecated, please use service.kubernetes.io/topology-mode instead`);
  }
  if (headlessService(next)) {
    if ((spec.loadBalancerIP ?? "") !== "") out.push('spec.loadBalancerIP is ignored when spec.clusterIP is "None"');
    if ((spec.externalIPs ?? []).length > 0) out.push('spec.externalIPs is ignored when spec.clusterIP is "None"');
    if ((spec.sessionAffinity ?? "None") !== "None") {
      out.push("spec.SessionAffinity is ignored for headless services");
    }
  }
  if (spec.type === "ExternalName" && (spec.externalIPs ?? []).length > 0) {
    out.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec.type !== "ExternalName" && (spec.externalName ?? "") !== "") {
    out.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  return out;
}
