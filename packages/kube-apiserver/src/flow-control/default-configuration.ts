import {
  type FlowSchema,
  flowSchemas,
  type LimitedPriorityLevelConfiguration,
  type PolicyRulesWithSubjects,
  type PriorityLevelConfiguration,
  priorityLevelConfigurations,
  type Subject,
} from "@skates/api/flowcontrol/v1";
import { formatGroupVersion } from "@skates/apimachinery";

/** Upstream's annotation: whether the server keeps an object as it would make it. */
export const AUTOUPDATE = "apf.kubernetes.io/autoupdate-spec";

export interface FlowConfiguration {
  readonly levels: readonly PriorityLevelConfiguration[];
  readonly schemas: readonly FlowSchema[];
}

/** Without these no request would find a level: they are put back whatever anybody does to them. */
export function mandatoryConfiguration(): FlowConfiguration {
  return {
    levels: [
      level("exempt", { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
      limited("catch-all", { shares: 5, lends: 0 }),
    ],
    schemas: [
      schema("exempt", { level: "exempt", precedence: 1 }, everythingBy(groups("system:masters"))),
      schema("catch-all", { level: "catch-all", precedence: 10_000, by: "ByUser" }, everythingBy(everybody())),
    ],
  };
}

/** What a cluster has from the start, by upstream's numbers; changed ones stay as they are once their annotation says so. */
export function suggestedConfiguration(): FlowConfiguration {
  const nodes = groups("system:nodes");
  const systemAccounts: Subject = {
    kind: "ServiceAccount",
    serviceAccount: { namespace: "kube-system", name: "*" },
  };
  return {
    levels: [
      limited("system", { shares: 30, lends: 33, queues: 64, hand: 6 }),
      limited("node-high", { shares: 40, lends: 25, queues: 64, hand: 6 }),
      limited("leader-election", { shares: 10, lends: 0, queues: 16, hand: 4 }),
      limited("workload-high", { shares: 40, lends: 50, queues: 128, hand: 6 }),
      limited("workload-low", { shares: 100, lends: 90, queues: 128, hand: 6 }),
      limited("global-default", { shares: 20, lends: 50, queues: 128, hand: 6 }),
    ],
    schemas: [
      schema("system-nodes", { level: "system", precedence: 500, by: "ByUser" }, everythingBy(nodes)),
      schema(
        "system-node-high",
        { level: "node-high", precedence: 400, by: "ByUser" },
        {
          subjects: nodes,
          resourceRules: [
            { ...on("", "nodes", "nodes/status"), clusterScope: true },
            on("coordination.k8s.io", "leases"),
          ],
        },
      ),
      schema(
        "probes",
        { level: "exempt", precedence: 2 },
        {
          subjects: everybody(),
          nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/readyz", "/livez"] }],
        },
      ),
      schema(
        "system-leader-election",
        { level: "leader-election", precedence: 100, by: "ByUser" },
        {
          subjects: [...users("system:kube-controller-manager", "system:kube-scheduler"), systemAccounts],
          resourceRules: [{ ...on("coordination.k8s.io", "leases"), verbs: ["get", "create", "update"] }],
        },
      ),
      ...["kube-controller-manager", "kube-scheduler"].map((name) =>
        schema(
          name,
          { level: "workload-high", precedence: 800, by: "ByNamespace" },
          everythingBy(users(`system:${name}`)),
        ),
      ),
      schema(
        "kube-system-service-accounts",
        { level: "workload-high", precedence: 900, by: "ByNamespace" },
        everythingBy([systemAccounts]),
      ),
      schema(
        "service-accounts",
        { level: "workload-low", precedence: 9_000, by: "ByUser" },
        everythingBy(groups("system:serviceaccounts")),
      ),
      schema("global-default", { level: "global-default", precedence: 9_900, by: "ByUser" }, everythingBy(everybody())),
    ],
  };
}

function limited(
  name: string,
  numbers: { readonly shares: number; readonly lends: number; readonly queues?: number; readonly hand?: number },
): PriorityLevelConfiguration {
  const { shares, lends, queues, hand = 1 } = numbers;
  const limitResponse: LimitedPriorityLevelConfiguration["limitResponse"] =
    queues === undefined
      ? { type: "Reject" }
      : { type: "Queue", queuing: { queues, handSize: hand, queueLengthLimit: 50 } };
  const own = { nominalConcurrencyShares: shares, lendablePercent: lends, limitResponse };
  return level(name, { type: "Limited", limited: own });
}

function level(name: string, spec: PriorityLevelConfiguration["spec"]): PriorityLevelConfiguration {
  const { kind } = priorityLevelConfigurations;
  const apiVersion = formatGroupVersion(priorityLevelConfigurations);
  return { kind, apiVersion, metadata: { name, annotations: { [AUTOUPDATE]: "true" } }, spec };
}

function schema(
  name: string,
  of: { readonly level: string; readonly precedence: number; readonly by?: "ByUser" | "ByNamespace" },
  rules: PolicyRulesWithSubjects,
): FlowSchema {
  return {
    kind: flowSchemas.kind,
    apiVersion: formatGroupVersion(flowSchemas),
    metadata: { name, annotations: { [AUTOUPDATE]: "true" } },
    spec: {
      priorityLevelConfiguration: { name: of.level },
      matchingPrecedence: of.precedence,
      ...(of.by === undefined ? {} : { distinguisherMethod: { type: of.by } }),
      rules: [rules],
    },
  };
}

function everythingBy(subjects: readonly Subject[]): PolicyRulesWithSubjects {
  return {
    subjects: [...subjects],
    resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] }],
    nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
  };
}

function on(group: string, ...resources: string[]) {
  return { verbs: ["*"], apiGroups: [group], resources, namespaces: ["*"] };
}

function everybody(): Subject[] {
  return groups("system:unauthenticated", "system:authenticated");
}

function groups(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: "Group", group: { name } }));
}

function users(...names: string[]): Subject[] {
  return names.map((name) => ({ kind: "User", user: { name } }));
}
