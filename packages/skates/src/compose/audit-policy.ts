import type { Policy, PolicyRule } from "@skates/api/audit/v1";

const CORE = "";
const NOISE = { level: "None" } as const;
const COMPONENTS = [
  "cluster-dns",
  "system:apiserver",
  "system:cluster-dns",
  "system:kube-controller-manager",
  "system:kube-proxy",
  "system:kube-scheduler",
];

const rules: readonly PolicyRule[] = [
  { ...NOISE, nonResourceURLs: ["/healthz*", "/livez*", "/readyz*", "/version", "/metrics", "/api*", "/openapi*"] },
  { ...NOISE, resources: [{ group: CORE, resources: ["events"] }, { group: "events.k8s.io" }] },
  { ...NOISE, resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
  // What the parts of the cluster do by themselves all the time; that others asked for it stands in the log already.
  { ...NOISE, users: COMPONENTS },
  { ...NOISE, userGroups: ["system:serviceaccounts:kube-system"] },
  { ...NOISE, userGroups: ["system:nodes"], verbs: ["get", "list", "watch"] },
  {
    ...NOISE,
    userGroups: ["system:nodes"],
    resources: [
      { group: CORE, resources: ["nodes/status", "pods/status", "serviceaccounts/token"] },
      { group: "authentication.k8s.io" },
      { group: "authorization.k8s.io" },
    ],
  },
  {
    level: "Metadata",
    resources: [
      { group: CORE, resources: ["secrets", "configmaps", "serviceaccounts/token", "pods/exec", "pods/attach"] },
      { group: CORE, resources: ["pods/portforward", "pods/proxy", "services/proxy", "nodes/proxy"] },
      { group: "authentication.k8s.io", resources: ["tokenreviews"] },
    ],
  },
  { ...NOISE, verbs: ["get", "list", "watch"] },
  { level: "Metadata" },
];

/**
 * What is written where no policy was named: every change by a person or a workload, every look at secrets and configuration, every way
 * into a container; no bodies, so that no secret can stand in it. The CIS benchmark asks for as much.
 */
export const DEFAULT_AUDIT_POLICY: Policy = {
  kind: "Policy",
  apiVersion: "audit.k8s.io/v1",
  omitStages: ["RequestReceived"],
  rules,
};
