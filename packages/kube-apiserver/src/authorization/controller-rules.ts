import { serviceAccountUserName } from "../authentication/users.ts";
import type { Rule, RuleSet } from "./rule.ts";

const READ = ["get", "list", "watch"];
const EVENTS: Rule = { groups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] };
const rule = (group: string, resources: string, verbs: readonly string[]): Rule => ({
  groups: [group],
  resources: resources.split(" "),
  verbs,
});

/** Controllers act as service accounts of kube-system, each with what its own work needs. */
export const CONTROLLER_RULES: ReadonlyMap<string, RuleSet> = new Map([
  controller("deployment-controller", [
    rule("apps", "deployments", [...READ, "update", "patch"]),
    rule("apps", "deployments/status", ["update", "patch"]),
    rule("apps", "replicasets", [...READ, "create", "update", "patch", "delete"]),
    rule("", "pods", READ),
  ]),
  controller("replicaset-controller", [
    rule("apps", "replicasets", [...READ, "update", "patch"]),
    rule("apps", "replicasets/status", ["update", "patch"]),
    rule("", "pods", [...READ, "create", "update", "patch", "delete"]),
  ]),
  controller("replication-controller", [
    rule("", "replicationcontrollers", [...READ, "update", "patch"]),
    rule("", "replicationcontrollers/status", ["update", "patch"]),
    rule("", "replicationcontrollers/finalizers", ["update"]),
    rule("", "pods", [...READ, "create", "update", "patch", "delete"]),
  ]),
  controller("statefulset-controller", [
    rule("apps", "statefulsets", READ),
    rule("apps", "statefulsets/status", ["update"]),
    rule("apps", "statefulsets/finalizers", ["update"]),
    rule("", "pods", [...READ, "create", "update", "patch", "delete"]),
    rule("apps", "controllerrevisions", [...READ, "create", "update", "patch", "delete"]),
    rule("", "persistentvolumeclaims", ["get", "list", "watch", "create", "update"]),
    rule("", "pods/finalizers", ["update"]),
  ]),
  controller("daemon-set-controller", [
    rule("apps", "daemonsets", READ),
    rule("apps", "daemonsets/status", ["update"]),
    rule("apps", "daemonsets/finalizers", ["update"]),
    rule("", "nodes", ["list", "watch"]),
    rule("", "pods", ["list", "watch", "create", "patch", "delete"]),
    rule("apps", "controllerrevisions", [...READ, "create", "update", "patch", "delete"]),
  ]),
  controller("node-ipam-controller", [rule("", "nodes", ["get", "list", "watch", "update", "patch"])]),
  controller("service-lb-controller", [
    rule("", "services nodes", READ),
    rule("", "services/status", ["update", "patch"]),
    rule("discovery.k8s.io", "endpointslices", READ),
  ]),
  controller("bootstrap-signer", [
    { ...rule("", "configmaps", ["create", "update"]), namespace: "kube-public" },
    { ...rule("", "configmaps", ["create"]), namespace: "kube-system" },
    { ...rule("", "configmaps", ["update"]), namespace: "kube-system", names: ["skates-node"] },
  ]),
  controller("certificate-controller", [
    rule("certificates.k8s.io", "certificatesigningrequests", [...READ, "delete"]),
    rule("certificates.k8s.io", "certificatesigningrequests/approval certificatesigningrequests/status", ["update"]),
    signers("approve", "kubernetes.io/kube-apiserver-client-kubelet", "kubernetes.io/kubelet-serving"),
    signers(
      "sign",
      "kubernetes.io/kube-apiserver-client",
      "kubernetes.io/kube-apiserver-client-kubelet",
      "kubernetes.io/kubelet-serving",
      "kubernetes.io/legacy-unknown",
    ),
    rule("authorization.k8s.io", "subjectaccessreviews", ["create"]),
  ]),
  controller("token-controller", [
    rule("", "secrets", [...READ, "update", "delete"]),
    rule("", "serviceaccounts", [...READ, "update"]),
  ]),
  controller("resource-claim-controller", [
    rule("", "pods", READ),
    rule("", "pods/finalizers pods/status", ["update", "patch"]),
    rule("resource.k8s.io", "resourceclaims", [...READ, "create", "delete", "update", "patch"]),
    rule("resource.k8s.io", "resourceclaims/status resourceclaims/binding", ["update", "patch"]),
    rule("resource.k8s.io", "resourceclaimtemplates", READ),
  ]),
  controller("device-taint-eviction-controller", [
    rule("", "pods", [...READ, "delete"]),
    rule("", "pods/status", ["update", "patch"]),
    rule("resource.k8s.io", "resourceclaims resourceslices deviceclasses", READ),
  ]),
  controller("service-cidrs-controller", [
    rule("networking.k8s.io", "servicecidrs", [...READ, "update", "patch"]),
    rule("networking.k8s.io", "servicecidrs/finalizers servicecidrs/status", ["update", "patch"]),
    rule("networking.k8s.io", "ipaddresses", READ),
  ]),
  controller("legacy-service-account-token-cleaner", [rule("", "secrets", [...READ, "delete", "patch"])]),
  controller("disruption-controller", [
    rule("apps", "deployments replicasets statefulsets", ["get", "list", "watch"]),
    rule("", "replicationcontrollers", ["get", "list", "watch"]),
    rule("policy", "poddisruptionbudgets", ["get", "list", "watch"]),
    rule("policy", "poddisruptionbudgets/status", ["update"]),
    rule("", "pods", ["get", "list", "watch"]),
    rule("", "pods/status", ["patch", "update"]),
    rule("*", "*/scale", ["get"]),
  ]),
  controller("job-controller", [
    rule("batch", "jobs", [...READ, "update", "patch"]),
    rule("batch", "jobs/status", ["update"]),
    rule("batch", "jobs/finalizers", ["update"]),
    rule("", "pods", [...READ, "create", "delete", "patch"]),
  ]),
  controller("cronjob-controller", [
    rule("batch", "cronjobs", [...READ, "update"]),
    rule("batch", "jobs", [...READ, "create", "update", "delete", "patch"]),
    rule("batch", "cronjobs/status", ["update"]),
    rule("batch", "cronjobs/finalizers", ["update"]),
    rule("", "pods", ["list", "delete"]),
  ]),
  controller("persistent-volume-binder", [
    rule("", "persistentvolumes persistentvolumeclaims", [...READ, "update"]),
    rule("", "persistentvolumes/status persistentvolumeclaims/status", ["update"]),
    rule("", "pods", READ),
    rule("storage.k8s.io", "storageclasses", READ),
  ]),
  controller("local-path-provisioner", [
    rule("", "persistentvolumes", [...READ, "create", "update", "delete"]),
    rule("", "persistentvolumeclaims", [...READ, "update"]),
    rule("", "nodes", READ),
    rule("storage.k8s.io", "storageclasses", READ),
  ]),
  controller("expand-controller", [
    rule("", "persistentvolumes", [...READ, "update", "patch"]),
    rule("", "persistentvolumeclaims", READ),
    rule("", "persistentvolumeclaims/status", ["update", "patch"]),
  ]),
  controller("ephemeral-volume-controller", [
    rule("", "pods", READ),
    rule("", "pods/finalizers", ["update"]),
    rule("", "persistentvolumeclaims", [...READ, "create"]),
  ]),
  controller("ttl-after-finished-controller", [rule("batch", "jobs", [...READ, "delete"])]),
  controller("endpoint-controller", [
    rule("", "services pods", ["get", "list", "watch"]),
    rule("", "endpoints", ["get", "list", "watch", "create", "update", "delete"]),
    rule("", "endpoints/restricted", ["create"]),
  ]),
  controller("endpointslicemirroring-controller", [
    rule("", "endpoints services", ["get", "list", "watch"]),
    rule("", "services/finalizers endpoints/finalizers", ["update"]),
    rule("discovery.k8s.io", "endpointslices", ["get", "list", "watch", "create", "update", "delete"]),
    rule("discovery.k8s.io", "endpointslices/restricted", ["create"]),
  ]),
  controller("resourcequota-controller", [
    rule("*", "*", ["list", "watch"]),
    rule("", "resourcequotas/status", ["update"]),
  ]),
  controller("endpointslice-controller", [
    rule("", "services pods nodes", READ),
    rule("discovery.k8s.io", "endpointslices", [...READ, "create", "update", "patch", "delete"]),
  ]),
  controller("namespace-controller", [
    rule("", "namespaces", [...READ, "delete"]),
    rule("", "namespaces/finalize namespaces/status", ["update", "patch"]),
    rule("*", "*", [...READ, "delete", "deletecollection"]),
  ]),
  controller("generic-garbage-collector", [rule("*", "*", [...READ, "patch", "update", "delete"])]),
  controller("pod-garbage-collector", [
    rule("", "pods", [...READ, "delete"]),
    rule("", "pods/status", ["update", "patch"]),
    rule("", "nodes", READ),
  ]),
  controller("node-controller", [
    rule("", "nodes", [...READ, "update", "patch", "delete"]),
    rule("", "nodes/status", ["update", "patch"]),
    rule("", "pods", [...READ, "delete"]),
    rule("", "pods/status", ["update", "patch"]),
    rule("coordination.k8s.io", "leases", READ),
  ]),
  controller("taint-eviction-controller", [
    rule("", "nodes", READ),
    rule("", "pods", [...READ, "delete"]),
    rule("", "pods/status", ["update", "patch"]),
  ]),
  controller("service-account-controller", [
    rule("", "namespaces", READ),
    rule("", "serviceaccounts", [...READ, "create"]),
  ]),
  controller("root-ca-certificate-publisher-controller", [
    rule("", "namespaces", READ),
    rule("", "configmaps", [...READ, "create", "update", "patch"]),
  ]),
]);

function signers(verb: string, ...names: readonly string[]): Rule {
  return { ...rule("certificates.k8s.io", "signers", [verb]), names };
}

function controller(name: string, rules: readonly Rule[]): [string, RuleSet] {
  return [serviceAccountUserName("kube-system", name), { rules: [...rules, EVENTS] }];
}
