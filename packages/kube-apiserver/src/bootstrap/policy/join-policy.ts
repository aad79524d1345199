import type { DefaultRole } from "./cluster-roles.ts";
import type { NamespaceBinding, NamespaceRole } from "./namespace-roles.ts";
import { rule } from "./rules.ts";

/** Nodes that join are in this group by their token, unless the token names others: upstream's name, from kubeadm. */
const JOINING = "group:system:bootstrappers:kubeadm:default-node-token";
const NODES = "group:system:nodes";
const CSR = "system:certificates.k8s.io:certificatesigningrequests";

/** What a node that joins reads, in kube-system, before it is a node. */
const NODE_SETTINGS = "skates-node";

/** Ours: a node's certificate for its own name is approved, see `certificate-approving/recognize.ts` of the controllers. */
export const JOIN_ROLES: readonly DefaultRole[] = [
  {
    name: `${CSR}:selfnodeserver`,
    rules: [rule("create", "certificates.k8s.io", "certificatesigningrequests/selfnodeserver")],
  },
  { name: "kubeadm:get-nodes", rules: [rule("get", "core", "nodes")] },
];

/** Bindings of cluster roles that have names of their own. */
export const JOIN_BINDINGS: readonly {
  readonly name: string;
  readonly role: string;
  readonly to: readonly string[];
}[] = [
  { name: "kubeadm:node-proxier", role: "system:node-proxier", to: ["account:kube-proxy"] },
  { name: "kubeadm:kubelet-bootstrap", role: "system:node-bootstrapper", to: [JOINING] },
  { name: "kubeadm:get-nodes", role: "kubeadm:get-nodes", to: [JOINING] },
  { name: "kubeadm:node-autoapprove-bootstrap", role: `${CSR}:nodeclient`, to: [JOINING] },
  { name: "kubeadm:node-autoapprove-certificate-rotation", role: `${CSR}:selfnodeclient`, to: [NODES] },
  { name: "skates:node-autoapprove-serving", role: `${CSR}:selfnodeserver`, to: [NODES] },
  // The API server as a client of kubelets: its key is worth no more than that.
  { name: "skates:kubelet-api-admin", role: "system:kubelet-api-admin", to: ["user:kube-apiserver-kubelet-client"] },
];

/** Whom a new node may trust is for everybody to read; how it is to be set up for those who join and for nodes. */
export const JOIN_NAMESPACE_ROLES: readonly NamespaceRole[] = [
  {
    namespace: "kube-public",
    name: "kubeadm:bootstrap-signer-clusterinfo",
    rules: [rule("get", "core", "configmaps", "cluster-info")],
  },
  { namespace: "kube-system", name: "skates:node-settings", rules: [rule("get", "core", "configmaps", NODE_SETTINGS)] },
];

/** Who has them. */
export const JOIN_NAMESPACE_BINDINGS: readonly NamespaceBinding[] = [
  // Nodes that have joined follow the authorities by it.
  { namespace: "kube-public", name: "kubeadm:bootstrap-signer-clusterinfo", to: ["user:system:anonymous", NODES] },
  { namespace: "kube-system", name: "skates:node-settings", to: [JOINING, NODES] },
];
