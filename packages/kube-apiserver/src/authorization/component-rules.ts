import { CONTROLLER_RULES } from "./controller-rules.ts";
import type { Rule, RuleSet } from "./rule.ts";

const READ = ["get", "list", "watch"];
const EVENTS: Rule = { groups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] };
const REVIEWS: readonly Rule[] = [
  { groups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
  { groups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
];
const LEASES: Rule = {
  groups: ["coordination.k8s.io"],
  resources: ["leases"],
  verbs: ["create", "get", "list", "watch", "update", "patch"],
};

/** The caches that all controllers share. What each controller writes it writes under its own name: `controller-rules.ts`. */
const CONTROLLER_MANAGER: RuleSet = {
  rules: [
    { groups: ["*"], resources: ["*"], verbs: READ },
    { groups: [""], resources: ["serviceaccounts/token"], verbs: ["create"], namespace: "kube-system" },
    LEASES,
    EVENTS,
    ...REVIEWS,
  ],
};

const SCHEDULER: RuleSet = {
  rules: [
    {
      groups: [""],
      resources: [
        "nodes",
        "namespaces",
        "services",
        "replicationcontrollers",
        "persistentvolumeclaims",
        "persistentvolumes",
      ],
      verbs: READ,
    },
    { groups: [""], resources: ["pods"], verbs: [...READ, "delete"] },
    { groups: [""], resources: ["pods/status"], verbs: ["patch", "update"] },
    { groups: [""], resources: ["bindings", "pods/binding"], verbs: ["create"] },
    { groups: ["apps"], resources: ["replicasets", "statefulsets"], verbs: READ },
    { groups: ["policy"], resources: ["poddisruptionbudgets"], verbs: READ },
    { groups: ["scheduling.k8s.io"], resources: ["priorityclasses", "podgroups"], verbs: READ },
    { groups: ["scheduling.k8s.io"], resources: ["podgroups/status"], verbs: ["patch", "update"] },
    {
      groups: ["storage.k8s.io"],
      resources: ["storageclasses", "csinodes", "csidrivers", "csistoragecapacities", "volumeattachments"],
      verbs: READ,
    },
    { groups: ["resource.k8s.io"], resources: ["resourceclaims", "resourceslices", "deviceclasses"], verbs: READ },
    { groups: ["resource.k8s.io"], resources: ["resourceclaims/status"], verbs: ["patch", "update"] },
    // Claims that stand behind extended resources.
    { groups: ["resource.k8s.io"], resources: ["resourceclaims"], verbs: ["create", "delete"] },
    LEASES,
    EVENTS,
    ...REVIEWS,
  ],
};

const KUBE_PROXY: RuleSet = {
  rules: [
    { groups: [""], resources: ["services", "endpoints", "nodes"], verbs: READ },
    { groups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
    { groups: ["networking.k8s.io"], resources: ["servicecidrs"], verbs: READ },
    EVENTS,
  ],
};

/** Cluster DNS reads services and their endpoints, and announces itself by a Service and a slice. */
const CLUSTER_DNS: RuleSet = {
  rules: [
    { groups: [""], resources: ["services", "endpoints", "pods", "namespaces", "nodes"], verbs: READ },
    { groups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
    { groups: [""], resources: ["services"], verbs: ["create"], namespace: "kube-system" },
    {
      groups: [""],
      resources: ["services"],
      verbs: ["update", "patch"],
      namespace: "kube-system",
      names: ["kube-dns"],
    },
    {
      groups: ["discovery.k8s.io"],
      resources: ["endpointslices"],
      verbs: ["create", "update", "patch"],
      namespace: "kube-system",
    },
    EVENTS,
  ],
};

/**
 * By user name: what each component of the cluster needs. What upstream's role of the component does not give becomes a default role
 * `skates:<component>`: `bootstrap/policy/default-policy.ts`. Kubelets are judged by `node-authorizer.ts`.
 */
export const COMPONENT_RULES: ReadonlyMap<string, RuleSet> = new Map([
  ["system:kube-controller-manager", CONTROLLER_MANAGER],
  ["system:kube-scheduler", SCHEDULER],
  ["system:kube-proxy", KUBE_PROXY],
  ["system:cluster-dns", CLUSTER_DNS],
  ...CONTROLLER_RULES,
]);
