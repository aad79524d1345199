import { type Node, nodes } from "@skates/api/core/v1";
import { equalValues } from "@skates/apimachinery";
import type { AdmissionAttributes } from "@skates/apiserver";

/** Labels of the system's own domains that a kubelet may set on its node. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  "kubernetes.io/hostname",
  "kubernetes.io/os",
  "kubernetes.io/arch",
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
  "beta.kubernetes.io/instance-type",
  "node.kubernetes.io/instance-type",
  "beta.kubernetes.io/os",
  "beta.kubernetes.io/arch",
]);
const OWN_DOMAINS = ["kubelet.kubernetes.io", "node.kubernetes.io"];
const SYSTEM_DOMAINS = ["kubernetes.io", "k8s.io"];

/** Why a kubelet may not write a Node so; undefined: it may. `node` is its own. */
export function nodeChangeRefusal(node: string, attributes: AdmissionAttributes): string | undefined {
  const { operation, name, object, old } = attributes;
  const self = `node ${JSON.stringify(node)}`;
  const target = name === "" ? (object?.metadata.name ?? "") : name;
  if (target !== node) return `${self} is not allowed to modify node ${JSON.stringify(target)}`;
  if (operation === "DELETE" || object === undefined) return undefined;
  if (!isNode(object)) return "unexpected object of a node's change";
  const before = isNode(old) ? old : undefined;
  const forbidden = changedLabels(object, before).filter((label) => !allowed(label));
  const labels = forbidden.sort().join(", ");
  if (before === undefined) {
    // Nodes may read what their Node names.
    if (object.spec.configSource !== undefined)
      return `${self} is not allowed to create pods with a non-nil configSource`;
    if (labels !== "") return `${self} is not allowed to set the following labels: ${labels}`;
    // An owner that is not there has the garbage collector delete the node: it comes back without the taints that others gave it.
    const owned = (object.metadata.ownerReferences ?? []).length > 0;
    return owned ? `${self} is not allowed to set ownerReferences` : undefined;
  }
  const { configSource } = object.spec;
  if (configSource !== undefined && !equalValues(configSource, before.spec.configSource)) {
    return `${self} is not allowed to update configSource to a new non-nil configSource`;
  }
  if (!equalValues(object.spec.taints ?? [], before.spec.taints ?? [])) {
    return `${self} is not allowed to modify taints`;
  }
  if (labels !== "") return `is not allowed to modify labels: ${labels}`;
  if (!equalValues(object.metadata.ownerReferences ?? [], before.metadata.ownerReferences ?? [])) {
    return `${self} is not allowed to modify ownerReferences`;
  }
  return undefined;
}

function isNode(object: unknown): object is Node {
  return typeof object === "object" && object !== null && "kind" in object && object.kind === nodes.kind;
}

function changedLabels(next: Node, old: Node | undefined): string[] {
  const now = next.metadata.labels ?? {};
  const before = old?.metadata.labels ?? {};
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((label) => now[label] !== before[label]);
}

/** Labels of other domains are free; of the system's, those that say what a kubelet knows. */
function allowed(label: string): boolean {
  const domain = label.includes("/") ? label.slice(0, label.indexOf("/")) : "";
  if (!within(domain, SYSTEM_DOMAINS)) return true;
  return OWN_LABELS.has(label) || within(domain, OWN_DOMAINS);
}

function within(domain: string, domains: readonly string[]): boolean {
  return domains.some((of) => domain === of || domain.endsWith(`.${of}`));
}
