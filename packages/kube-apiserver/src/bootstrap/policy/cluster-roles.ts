import type { PolicyRule } from "@skates/api/rbac/v1";
import { EVENTS, paths, READ, READ_WRITE, rule, WRITE } from "./rules.ts";

const AUTHN = "authentication.k8s.io";
const AUTHZ = "authorization.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const COORDINATION = "coordination.k8s.io";
const RBAC = "rbac.authorization.k8s.io";
const STORAGE = "storage.k8s.io";
const RESOURCE = "resource.k8s.io";
const NETWORKING = "networking.k8s.io";

/** A cluster role that every cluster has. */
export interface DefaultRole {
  readonly name: string;
  readonly rules: readonly PolicyRule[];
  /** `admin`, `edit` or `view`, if its rules are collected by that role. */
  readonly collectedBy?: string | undefined;
  /** Collects the rules of those that say so. */
  readonly collects?: boolean | undefined;
}

const reviews = [rule("create", AUTHN, "tokenreviews"), rule("create", AUTHZ, "subjectaccessreviews")];

function approver(name: string, signer: string): DefaultRole {
  return {
    name: `system:certificates.k8s.io:${name}-approver`,
    rules: [rule("approve", CERTIFICATES, "signers", signer)],
  };
}

function csr(name: string): DefaultRole {
  return {
    name: `system:certificates.k8s.io:certificatesigningrequests:${name}`,
    rules: [rule("create", CERTIFICATES, `certificatesigningrequests/${name}`)],
  };
}

/** For people: the four that are bound by name, and what three of them are collected from. */
const FOR_PEOPLE: readonly DefaultRole[] = [
  { name: "cluster-admin", rules: [rule("*", "*", "*"), { verbs: ["*"], nonResourceURLs: ["*"] }] },
  { name: "admin", rules: [], collects: true },
  { name: "edit", rules: [], collects: true, collectedBy: "admin" },
  { name: "view", rules: [], collects: true, collectedBy: "edit" },
  {
    name: "system:aggregate-to-admin",
    collectedBy: "admin",
    rules: [rule("create", AUTHZ, "localsubjectaccessreviews"), rule(READ_WRITE, RBAC, "roles rolebindings")],
  },
  {
    name: "system:aggregate-to-edit",
    collectedBy: "edit",
    rules: [
      rule(READ, "core", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
      rule("impersonate", "core", "serviceaccounts"),
      rule(WRITE, "core", "pods pods/attach pods/exec pods/portforward pods/proxy"),
      rule("create", "core", "pods/eviction"),
      rule(
        WRITE,
        "core",
        "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
      ),
      rule("create", "core", "serviceaccounts/token"),
      rule(
        WRITE,
        "apps",
        "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale",
      ),
      rule(WRITE, "autoscaling", "horizontalpodautoscalers"),
      rule(WRITE, "batch", "cronjobs jobs"),
      rule(
        WRITE,
        "extensions",
        "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale",
      ),
      rule(WRITE, "policy", "poddisruptionbudgets"),
      rule(WRITE, NETWORKING, "ingresses networkpolicies"),
      rule(READ_WRITE, COORDINATION, "leases"),
      rule(WRITE, RESOURCE, "resourceclaims resourceclaimtemplates"),
    ],
  },
  {
    name: "system:aggregate-to-view",
    collectedBy: "view",
    rules: [
      rule(
        READ,
        "core",
        "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
      ),
      rule(
        READ,
        "core",
        "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status",
      ),
      rule(READ, "core", "namespaces"),
      rule(READ, "discovery.k8s.io", "endpointslices"),
      rule(
        READ,
        "apps",
        "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
      ),
      rule(READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
      rule(READ, "batch", "cronjobs cronjobs/status jobs jobs/status"),
      rule(
        READ,
        "extensions",
        "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
      ),
      rule(READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
      rule(READ, NETWORKING, "ingresses ingresses/status networkpolicies"),
      rule(READ, RESOURCE, "resourceclaims resourceclaims/status resourceclaimtemplates"),
    ],
  },
];

/** What everybody, or everybody with credentials, may find out. */
const FOR_ALL: readonly DefaultRole[] = [
  {
    name: "system:discovery",
    rules: [paths("/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/")],
  },
  {
    name: "system:basic-user",
    rules: [
      rule("create", AUTHZ, "selfsubjectaccessreviews selfsubjectrulesreviews"),
      rule("create", AUTHN, "selfsubjectreviews"),
    ],
  },
  { name: "system:public-info-viewer", rules: [paths("/healthz /livez /readyz /version /version/")] },
  {
    name: "system:monitoring",
    rules: [paths("/flagz /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/* /statusz")],
  },
  {
    name: "system:service-account-issuer-discovery",
    rules: [paths("/.well-known/openid-configuration /openid/v1/jwks")],
  },
];

/** Nobody has this one unless somebody binds it: kubelets are judged by what runs on their node. */
const NODE: DefaultRole = {
  name: "system:node",
  rules: [
    rule("create", AUTHN, "tokenreviews"),
    rule("create", AUTHZ, "localsubjectaccessreviews subjectaccessreviews"),
    rule(READ, "core", "services"),
    rule("create get list watch", "core", "nodes"),
    rule("patch update", "core", "nodes/status"),
    rule("patch update", "core", "nodes"),
    EVENTS,
    rule(READ, "core", "pods"),
    rule("create delete", "core", "pods"),
    rule("patch update", "core", "pods/status"),
    rule("create", "core", "pods/eviction"),
    rule(READ, "core", "configmaps secrets"),
    rule("get", "core", "persistentvolumeclaims persistentvolumes"),
    rule("get", "core", "endpoints"),
    rule("create get list watch", CERTIFICATES, "certificatesigningrequests"),
    rule("create delete get patch update", COORDINATION, "leases"),
    rule("get", STORAGE, "volumeattachments"),
    rule("get patch update", "core", "persistentvolumeclaims/status"),
    rule("create", "core", "serviceaccounts/token"),
    rule(READ, STORAGE, "csidrivers"),
    rule("create delete get patch update", STORAGE, "csinodes"),
    rule(READ, "node.k8s.io", "runtimeclasses"),
    rule("get", RESOURCE, "resourceclaims"),
    rule("create delete deletecollection get list patch update watch", RESOURCE, "resourceslices"),
  ],
};

const CONTROLLER_MANAGER: DefaultRole = {
  name: "system:kube-controller-manager",
  rules: [
    EVENTS,
    rule("create", COORDINATION, "leases"),
    rule("get update", COORDINATION, "leases", "kube-controller-manager"),
    rule("create", "core", "secrets serviceaccounts"),
    rule("delete", "core", "secrets"),
    rule("get", "core", "configmaps namespaces secrets serviceaccounts"),
    rule("update", "core", "secrets serviceaccounts"),
    ...reviews,
    rule("list watch", "*", "*"),
    rule("create", "core", "serviceaccounts/token"),
  ],
};

const SCHEDULER: DefaultRole = {
  name: "system:kube-scheduler",
  rules: [
    EVENTS,
    rule("create", COORDINATION, "leases"),
    rule("get list update watch", COORDINATION, "leases", "kube-scheduler"),
    rule(READ, "core", "nodes"),
    rule("delete get list watch", "core", "pods"),
    rule("create", "core", "bindings pods/binding"),
    rule("patch update", "core", "pods/status"),
    rule(READ, "core", "replicationcontrollers services"),
    rule(READ, "apps extensions", "replicasets"),
    rule(READ, "apps", "statefulsets"),
    rule(READ, "policy", "poddisruptionbudgets"),
    rule(READ, "core", "persistentvolumeclaims persistentvolumes"),
    ...reviews,
    rule(READ, STORAGE, "csinodes"),
    rule(READ, "core", "namespaces"),
    rule(READ, STORAGE, "csidrivers"),
    rule(READ, STORAGE, "csistoragecapacities"),
    rule(READ, STORAGE, "volumeattachments"),
    rule(READ, RESOURCE, "deviceclasses"),
    rule("get list patch update watch", RESOURCE, "resourceclaims"),
    rule("get list patch update watch", RESOURCE, "resourceclaims/status"),
    rule("update", "core", "pods/finalizers"),
    rule(READ, RESOURCE, "resourceslices"),
    rule("patch update", RESOURCE, "resourceclaims/binding"),
  ],
};

/** For components, of the cluster and of those who add to it. */
const FOR_COMPONENTS: readonly DefaultRole[] = [
  NODE,
  CONTROLLER_MANAGER,
  SCHEDULER,
  {
    name: "system:heapster",
    rules: [rule(READ, "core", "events namespaces nodes pods"), rule(READ, "extensions", "deployments")],
  },
  {
    name: "system:node-problem-detector",
    rules: [rule("get", "core", "nodes"), rule("patch", "core", "nodes/status"), EVENTS],
  },
  {
    name: "system:kubelet-api-admin",
    rules: [
      rule(READ, "core", "nodes"),
      rule("proxy", "core", "nodes"),
      rule("*", "core", "nodes/configz nodes/healthz nodes/log nodes/metrics nodes/pods nodes/proxy nodes/stats"),
    ],
  },
  {
    name: "system:node-bootstrapper",
    rules: [rule("create get list watch", CERTIFICATES, "certificatesigningrequests")],
  },
  { name: "system:auth-delegator", rules: reviews },
  { name: "system:kube-aggregator", rules: [rule(READ, "core", "endpoints services")] },
  { name: "system:kube-dns", rules: [rule("list watch", "core", "endpoints services")] },
  {
    name: "system:persistent-volume-provisioner",
    rules: [
      rule("create delete get list watch", "core", "persistentvolumes"),
      rule("get list update watch", "core", "persistentvolumeclaims"),
      rule(READ, STORAGE, "storageclasses"),
      rule("watch", "core", "events"),
      EVENTS,
    ],
  },
  {
    name: "system:volume-scheduler",
    rules: [
      rule("get list patch update watch", "core", "persistentvolumes"),
      rule(READ, STORAGE, "storageclasses"),
      rule("get list patch update watch", "core", "persistentvolumeclaims"),
    ],
  },
  {
    name: "system:node-proxier",
    rules: [
      rule("list watch", "core", "endpoints services"),
      rule(READ, "core", "nodes"),
      EVENTS,
      rule("list watch", "discovery.k8s.io", "endpointslices"),
      rule("list watch", NETWORKING, "servicecidrs"),
    ],
  },
  csr("nodeclient"),
  csr("selfnodeclient"),
  approver("legacy-unknown", "kubernetes.io/legacy-unknown"),
  approver("kubelet-serving", "kubernetes.io/kubelet-serving"),
  approver("kube-apiserver-client", "kubernetes.io/kube-apiserver-client"),
  approver("kube-apiserver-client-kubelet", "kubernetes.io/kube-apiserver-client-kubelet"),
];

/** Upstream's cluster roles other than the controllers'. */
export const CLUSTER_ROLES: readonly DefaultRole[] = [...FOR_PEOPLE, ...FOR_ALL, ...FOR_COMPONENTS];
