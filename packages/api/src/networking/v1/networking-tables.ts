import type { Column } from "@skates/apimachinery";
import { ageColumn, column, formatSelector, nameColumn } from "../../table.ts";
import type { Ingress } from "./ingress.ts";
import type { IngressClass } from "./ingress-class.ts";
import type { NetworkPolicy } from "./network-policy.ts";

const HOSTS_SHOWN = 3;

/** The table of `kubectl get ingresses`. */
export const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn,
  column("Class", "Which controller serves it.", (ingress) => ingress.spec.ingressClassName ?? "<none>"),
  column("Hosts", "Names it answers to.", hostsText),
  column("Address", "Where it is reached.", (ingress) => {
    const points = (ingress.status?.loadBalancer?.ingress ?? []).map((point) => point.ip || point.hostname || "");
    return [...new Set(points.filter((point) => point !== ""))].sort().join(",");
  }),
  column("Ports", "Ports it listens on.", (ingress) => ((ingress.spec.tls ?? []).length > 0 ? "80, 443" : "80")),
  ageColumn,
];

function hostsText(ingress: Ingress): string {
  const rules = ingress.spec.rules ?? [];
  const hosts = rules.map((rule) => rule.host ?? "").filter((host) => host !== "");
  if (hosts.length === 0) return "*";
  const shown = hosts.slice(0, HOSTS_SHOWN).join(",");
  return hosts.length > HOSTS_SHOWN ? `${shown} + ${rules.length - HOSTS_SHOWN} more...` : shown;
}

/** The table of `kubectl get ingressclasses`. */
export const ingressClassColumns: readonly Column<IngressClass>[] = [
  nameColumn,
  column("Controller", "Who serves ingresses of this class.", (one) => one.spec.controller ?? ""),
  column("Parameters", "Object with further settings.", ({ spec: { parameters } }) => {
    if (parameters === undefined) return "<none>";
    const { apiGroup, kind, name } = parameters;
    return apiGroup === undefined ? `${kind}/${name}` : `${kind}.${apiGroup}/${name}`;
  }),
  ageColumn,
];

/** The table of `kubectl get networkpolicies`. */
export const networkPolicyColumns: readonly Column<NetworkPolicy>[] = [
  nameColumn,
  column("Pod-Selector", "Which pods it is about.", (policy) => formatSelector(policy.spec.podSelector)),
  ageColumn,
];
