import type { Struct } from "../struct.ts";

/** Groups whose definitions stand under a path of their own; all others are named by their domain, backwards. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ["meta", "io.k8s.apimachinery.pkg.apis.meta"],
  ["apiextensions.k8s.io", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions"],
  ["apiregistration.k8s.io", "io.k8s.kube-aggregator.pkg.apis.apiregistration"],
  ["metrics.k8s.io", "io.k8s.metrics.pkg.apis.metrics"],
  ["internal.apiserver.k8s.io", "io.k8s.api.apiserverinternal"],
  ...[
    "core",
    "admission.k8s.io",
    "admissionregistration.k8s.io",
    "apidiscovery.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
  ].map((group): [string, string] => [group, `io.k8s.api.${group.replace(/\..*$/, "")}`]),
]);

/** Upstream's name of a struct's definition: `io.k8s.api.apps.v1.Deployment`; `com.example.stable.v1.CronTab` for a custom one. */
export function definitionName(struct: Struct): string {
  const slash = struct.name.indexOf("/");
  const group = struct.name.slice(0, slash);
  const rest = struct.name.slice(slash + 1);
  return `${PREFIXES.get(group) ?? group.split(".").toReversed().join(".")}.${rest}`;
}

/** The group of a struct as clients know it; undefined for the shared ones. */
export function groupOf(struct: Struct): string | undefined {
  const group = struct.name.slice(0, struct.name.indexOf("/"));
  return group === "core" ? "" : group === "meta" ? undefined : group;
}
