import type { Column } from "@skates/apimachinery";
import { ageColumn, column, nameColumn } from "../../table.ts";
import type { Node } from "./node.ts";
import { nodeConditionStatus } from "./pod-conditions.ts";

const ROLE_PREFIX = "node-role.kubernetes.io/";
const ROLE_LABEL = "kubernetes.io/role";

/** The table of `kubectl get nodes`. */
export const nodeColumns: readonly Column<Node>[] = [
  nameColumn,
  column("Status", "Whether the node can take pods.", nodeStatusText),
  column("Roles", "Roles that the node's labels name.", (node) => nodeRoles(node).join(",") || "<none>"),
  ageColumn,
  column("Version", "Version of the node's kubelet.", (node) => node.status?.nodeInfo?.kubeletVersion ?? ""),
  column("Internal-IP", "Address inside the cluster.", (node) => nodeAddress(node, "InternalIP"), { wide: true }),
  column("External-IP", "Address outside the cluster.", (node) => nodeAddress(node, "ExternalIP"), { wide: true }),
  column("OS-Image", "Operating system.", (node) => node.status?.nodeInfo?.osImage || "<unknown>", { wide: true }),
  column("Kernel-Version", "Kernel.", (node) => node.status?.nodeInfo?.kernelVersion || "<unknown>", { wide: true }),
  column(
    "Container-Runtime",
    "Runtime and its version.",
    (node) => node.status?.nodeInfo?.containerRuntimeVersion || "<unknown>",
    {
      wide: true,
    },
  ),
];

function nodeStatusText(node: Node): string {
  const ready = nodeConditionStatus(node, "Ready");
  const base = ready === undefined ? "Unknown" : ready === "True" ? "Ready" : "NotReady";
  return node.spec.unschedulable === true ? `${base},SchedulingDisabled` : base;
}

/** Roles by the labels `node-role.kubernetes.io/<role>` and `kubernetes.io/role`, sorted. */
export function nodeRoles(node: Node): readonly string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === ROLE_LABEL && value !== "") roles.add(value);
  }
  return [...roles].sort();
}

function nodeAddress(node: Node, type: string): string {
  return node.status?.addresses?.find((address) => address.type === type)?.address ?? "<none>";
}
